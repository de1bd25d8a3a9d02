"""Replays a recording into the ring, in real time or as fast as backpressure allows.

In real time, a block is due when its last sample would have been captured, counted from the session's common
start; it is never skipped and never waits for other stages. What a live writer sent before the start is
played at once, so that the rest is not late by as much. The lateness of later blocks is published.
"""

from __future__ import annotations

import time

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import InputFailure
from bus.messages import CaptureEnded, CaptureStarted
from bus.ring.memory import BLOCK_SAMPLES
from capture.pause import Pause
from capture.processing.sanitize import Frames
from capture.recordings.recording import Recording
from capture.ring_feed import RingFeed
from capture.source_stage import POLL_S, SourceStage

_POLL_EVERY_MS = 100
_CATCH_UP_S = 2.0
_BUCKET_MS = 0.1
_BUCKETS = 20_000  # 2 s; later blocks count in the last one


class Lateness:
    """Histogram of delays, of bounded size."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BUCKETS, np.int64)
        self.max_ms = 0.0
        """The largest delay."""

    def add(self, late_ns: int) -> None:
        """Count one delay; an early block counts as punctual."""
        late_ms = max(late_ns / 1e6, 0.0)
        self._counts[min(int(late_ms / _BUCKET_MS), _BUCKETS - 1)] += 1
        self.max_ms = max(self.max_ms, late_ms)

    def percentile_ms(self, percent: float) -> float:
        """Return a percentile of the delays, rounded up to 0.1 ms; 0 when there are none."""
        total = int(self._counts.sum())
        if not total:
            return 0.0
        rank = np.searchsorted(np.cumsum(self._counts), total * percent / 100.0)
        return min(round((int(rank) + 1) * _BUCKET_MS, 1), self.max_ms)


class Replay:
    """Plays one recording.

    Args:
        stage: The source's stage.
        recording: The recording.
    """

    def __init__(self, stage: SourceStage, recording: Recording) -> None:
        self._stage = stage
        self._recording = recording
        self._fast = stage.settings.pace == "fast"
        self._lateness = Lateness()
        self._start_ns = 0
        """The common start, if this process has seen it."""

    def run(self) -> None:
        """Wait for the start, play, then keep the ring readable until the stage is stopped."""
        recording, stage = self._recording, self._stage
        stage.ready(f"{recording.name}, {recording.rate_hz} Hz, {stage.settings.pace} pace")
        while stage.state.replay_start_ns is None and not stage.over:
            stage.poll()
        if stage.state.replay_start_ns is not None:
            start_ns, start_sample = self._position(stage.state.replay_start_ns)
            started = CaptureStarted(
                source=stage.name,
                first_sample_ns=start_ns,
                start_sample=start_sample,
                device=recording.name,
                native_rate_hz=recording.rate_hz,
                native_channels=recording.channels,
            )
            with stage.ring_feed(started) as feed:
                self._pause = Pause(stage, feed)
                cause = self._play(feed, start_ns, start_sample)
                self._publish_end(feed.finish(), cause)
                stage.wait_for_end()
        else:
            stage.wait_for_end()

    def _position(self, start_ns: int) -> tuple[int, int]:
        """Return when sample 0 is due, and the first sample to play.

        After a restart it is the one due now, or of a live writer the first that waits in the pipe.
        """
        earlier = self._stage.state.earlier
        if earlier is None:
            self._start_ns = start_ns
            before_s = 0.0 if self._fast else self._recording.captured_before_s(start_ns)
            return start_ns - round(before_s * 1e9), 0
        if self._fast:
            self._catch_up()
            backpressure = self._stage.state.backpressure
            needed = (
                backpressure.oldest_needed_sample
                if self._recording.can_go_back
                else backpressure.processed_sample
            )
            return earlier.first_sample_ns, needed // BLOCK_SAMPLES * BLOCK_SAMPLES
        waiting = round(self._recording.captured_before_s(time.monotonic_ns()) * SAMPLE_RATE)
        now = (time.monotonic_ns() - earlier.first_sample_ns) * SAMPLE_RATE // 1_000_000_000
        first = max(now - waiting, self._stage.earlier_stop_sample)
        return earlier.first_sample_ns, -(-first // BLOCK_SAMPLES) * BLOCK_SAMPLES

    def _catch_up(self) -> None:
        """Wait for a heartbeat of speech detection, which has how far it is, and for the rest of the log."""
        give_up_s = time.monotonic() + _CATCH_UP_S
        while time.monotonic() < give_up_s:
            if not self._stage.poll() and self._stage.state.backpressure.vad_runs:
                return

    def _play(self, feed: RingFeed, start_ns: int, start_sample: int) -> str:
        """Play until the recording or the session ends, and return which of them did."""
        rate_hz, read_ms = self._recording.rate_hz, self._recording.read_ms
        first_frame = start_sample * rate_hz // SAMPLE_RATE
        self._recording.seek(first_frame)
        count, frame = 0, first_frame
        while True:
            count += 1
            stop_frame = first_frame + count * read_ms * rate_hz // 1000
            frames = self._read(stop_frame - frame)
            if frames is None or not self._write(feed, feed.process(frames), start_ns):
                return "stopped"
            if len(frames) < stop_frame - frame:
                return "end of file" if self._write(feed, feed.flush(), start_ns) else "stopped"
            frame = stop_frame
            if count * read_ms % _POLL_EVERY_MS == 0:
                self._stage.poll(0.0)

    def _write(self, feed: RingFeed, samples: Samples, start_ns: int) -> bool:
        """Write each block when it is due; return False when the session is over first."""
        block = len(samples) if self._fast else self._stage.settings.block_ms * SAMPLE_RATE // 1000
        for at in range(0, len(samples), max(block, 1)):
            piece = samples[at : at + block]
            stop_sample = feed.stop_sample + len(piece)
            due_ns = start_ns + stop_sample * 1_000_000_000 // SAMPLE_RATE
            if not self._wait_for(due_ns, stop_sample):
                return False
            feed.write(np.zeros_like(piece) if self._is_paused() else piece)
            if not self._fast and due_ns > self._start_ns:
                self._lateness.add(time.monotonic_ns() - due_ns)
        return True

    def _is_paused(self) -> bool:
        """Return whether the user paused this source: silence replaces its audio."""
        if self._stage.state.pause_requested:
            self._pause.begin()
            self._pause.zero()
        elif self._pause.active:
            self._pause.end()
        return self._pause.active

    def _read(self, frames: int) -> Frames | None:
        """Return the next frames, waiting for them; None when the session is over first."""
        while not self._stage.over:
            read = self._recording.read(frames)
            if read is not None:
                return read
            self._stage.poll(0.0)
        return None

    def _wait_for(self, due_ns: int, stop_sample: int) -> bool:
        """Wait until a block may be written; return False when the session is over first."""
        while not self._stage.over:
            if self._fast:
                self._stage.wait_for_reference(stop_sample)
                allowed = self._stage.state.backpressure.allowed_sample
                if allowed is None or stop_sample <= allowed:
                    return True
                self._stage.poll()
                continue
            early_s = (due_ns - time.monotonic_ns()) / 1e9
            if early_s <= 0:
                return True
            time.sleep(min(early_s, POLL_S))
            self._stage.heartbeat()
        return False

    def _publish_end(self, stop_sample: int, cause: str) -> None:
        if self._recording.problem:
            self._stage.report(
                InputFailure(
                    self._recording.problem,
                    kept=f"{stop_sample / SAMPLE_RATE:.1f} s of it were played",
                    fix="get the file again from its origin",
                )
            )
        self._stage.publish(
            CaptureEnded(
                source=self._stage.name,
                stop_sample=stop_sample,
                cause=cause,
                late_p99_ms=self._lateness.percentile_ms(99),
                late_max_ms=round(self._lateness.max_ms, 1),
            )
        )
