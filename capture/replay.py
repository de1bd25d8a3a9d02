"""A recording played into the ring as if it were being spoken now.

Open loop: a block is due when its last sample would have been spoken, counted from the session's common
start; it is never skipped and never waits for the system. How late blocks were is measured and told. At
fast pace the only limit is `capture.backpressure`.
"""

from __future__ import annotations

import time

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import InputFailure
from bus.messages import CaptureEnded, CaptureStarted
from bus.ring_memory import BLOCK_SAMPLES, RingMemory
from bus.stage import Stage
from capture.lateness import Lateness
from capture.processing.sanitize import Frames
from capture.recordings.recording import Recording
from capture.ring_feed import Intake
from capture.ring_handover import open_ring
from capture.session_state import Orders
from capture.settings import CaptureSettings

_LOOK_EVERY_MS = 100
_WAIT_S = 0.1
_CATCH_UP_S = 2.0


class Replay:
    """One recording on its way into the ring.

    Args:
        stage: This process's end of the bus.
        source: The source's name.
        recording: What to play.
        settings: The table [capture].
        orders: What the session wants.
        before: The ring of a capture of this source that died.
    """

    def __init__(
        self,
        stage: Stage,
        source: str,
        recording: Recording,
        settings: CaptureSettings,
        orders: Orders,
        before: RingMemory | None,
    ) -> None:
        self._stage = stage
        self._source = source
        self._recording = recording
        self._settings = settings
        self._orders = orders
        self._before = before
        self._fast = settings.pace == "fast"
        self._lateness = Lateness()

    def run(self) -> None:
        """Wait for the start, play, and then keep the ring for those who still read."""
        self._stage.ready(f"{self._recording.name}, {self._recording.rate_hz} Hz, {self._settings.pace} pace")
        while self._orders.replay_start_ns is None and not self._over():
            self._look(_WAIT_S)
        if self._orders.replay_start_ns is None:
            self._wait_for_the_end()
            return
        start_ns, start_sample = self._position(self._orders.replay_start_ns)
        started = self._started(start_ns, start_sample)
        seconds = self._settings.ring_s
        with open_ring(self._stage.run, started, seconds=seconds, before=self._before) as ring:
            self._stage.publish(started)
            intake = Intake(self._source, ring, self._recording.rate_hz, self._stage.publish)
            cause = self._play(intake, start_ns, start_sample)
            self._say_ended(intake.finish(), cause)
            self._wait_for_the_end()

    def _position(self, start_ns: int) -> tuple[int, int]:
        """Return when sample 0 is due, and from which sample on to play: after a restart, what is due now."""
        before = self._orders.before
        if before is None:
            return start_ns, 0
        if self._fast:
            self._catch_up()
            flow = self._orders.flow
            needed = flow.oldest_needed_sample if self._recording.can_go_back else flow.processed_sample
            return before.first_sample_ns, needed // BLOCK_SAMPLES * BLOCK_SAMPLES
        now = (time.monotonic_ns() - before.first_sample_ns) * SAMPLE_RATE // 1_000_000_000
        return before.first_sample_ns, -(-max(now, 0) // BLOCK_SAMPLES) * BLOCK_SAMPLES

    def _catch_up(self) -> None:
        """Hear all that was said so far, and how far the listener is."""
        give_up = time.monotonic() + _CATCH_UP_S
        while time.monotonic() < give_up:
            if not self._look(_WAIT_S) and self._orders.flow.listener_beats:
                return

    def _play(self, intake: Intake, start_ns: int, start_sample: int) -> str:
        """Play to the end or until told to stop, and return why it ended."""
        rate_hz, read_ms = self._recording.rate_hz, self._recording.read_ms
        first_frame = start_sample * rate_hz // SAMPLE_RATE
        self._recording.seek(first_frame)
        count, frame = 0, first_frame
        while True:
            count += 1
            stop_frame = first_frame + count * read_ms * rate_hz // 1000
            frames = self._read(stop_frame - frame)
            if frames is None or not self._speak(intake, intake.refine(frames), start_ns):
                return "stopped"
            if len(frames) < stop_frame - frame:
                return "end of file" if self._speak(intake, intake.last(), start_ns) else "stopped"
            frame = stop_frame
            if count * read_ms % _LOOK_EVERY_MS == 0:
                self._look(0.0)

    def _speak(self, intake: Intake, samples: Samples, start_ns: int) -> bool:
        """Write samples, each block when it is due; return False when the session is over first."""
        block = len(samples) if self._fast else self._settings.block_ms * SAMPLE_RATE // 1000
        for at in range(0, len(samples), max(block, 1)):
            piece = samples[at : at + block]
            stop_sample = intake.stop_sample + len(piece)
            due_ns = start_ns + stop_sample * 1_000_000_000 // SAMPLE_RATE
            if not self._wait_for(due_ns, stop_sample):
                return False
            intake.write(piece)
            if not self._fast:
                self._lateness.add(time.monotonic_ns() - due_ns)
        return True

    def _read(self, frames: int) -> Frames | None:
        """Return the next frames, waiting for them; None when the session is over first."""
        while not self._over():
            read = self._recording.read(frames)
            if read is not None:
                return read
            self._look(0.0)
        return None

    def _wait_for(self, due_ns: int, stop_sample: int) -> bool:
        """Wait until a block may be written; return False when the session is over first."""
        while not self._over():
            if self._fast:
                allowed = self._orders.flow.allowed_sample
                if allowed is None or stop_sample <= allowed:
                    return True
                self._look(_WAIT_S)
                continue
            early_s = (due_ns - time.monotonic_ns()) / 1e9
            if early_s <= 0:
                return True
            time.sleep(min(early_s, _WAIT_S))
            self._stage.heartbeat()
        return False

    def _look(self, timeout_s: float) -> bool:
        """Hear what the session says, and tell whether any of it is for the log."""
        heard = self._stage.poll(timeout_s)
        for logged in heard:
            self._orders.apply(logged.event)
        self._stage.heartbeat()
        return any(logged.seq for logged in heard)

    def _over(self) -> bool:
        return self._orders.ending or self._stage.stopping()

    def _wait_for_the_end(self) -> None:
        while not self._stage.stopping():
            self._look(_WAIT_S)

    def _started(self, start_ns: int, start_sample: int) -> CaptureStarted:
        return CaptureStarted(
            source=self._source,
            first_sample_ns=start_ns,
            start_sample=start_sample,
            device=self._recording.name,
            native_rate_hz=self._recording.rate_hz,
            native_channels=self._recording.channels,
        )

    def _say_ended(self, stop_sample: int, cause: str) -> None:
        if self._recording.trouble:
            self._stage.report(
                InputFailure(
                    self._recording.trouble,
                    kept=f"{stop_sample / SAMPLE_RATE:.1f} s of it were played",
                    fix="get the file again from where it came",
                )
            )
        self._stage.publish(
            CaptureEnded(
                source=self._source,
                stop_sample=stop_sample,
                cause=cause,
                late_p99_ms=self._lateness.percentile_ms(99),
                late_max_ms=round(self._lateness.max_ms, 1),
            )
        )
