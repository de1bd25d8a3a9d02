"""A device heard into the ring, from the first sound to the session's end.

When the device goes away, its clock goes on: silence takes the place of what was not heard, the device is
tried again every second, and the gap is told when it is over; so it is when the user has chosen another
output, and the source is whatever the computer plays. After a restart of this process the clock
is the old one, and the ring begins with what the one before held; what lies between is told by the listener.
"""

from __future__ import annotations

import time

import msgspec

from bus.audio import SAMPLE_RATE
from bus.failures import Failure, InputFailure
from bus.messages import AudioLost, CaptureEnded, CaptureStarted
from bus.ring_memory import BLOCK_SAMPLES, RingMemory
from bus.stage import Stage
from capture.devices import portaudio, pulse
from capture.devices.device_list import Device, choose
from capture.devices.stream import DeviceStream
from capture.ring_feed import Intake
from capture.ring_handover import open_ring
from capture.session_state import Orders
from capture.settings import CaptureSettings
from capture.source import Live, Monitor
from capture.suspend_detector import Sleep, asleep_s

_GONE_AFTER_S = 1.0
_TRY_EVERY_S = 1.0
_BEHIND_S = 0.25  # silence that stands in for an absent device stays so far behind, lest it come back early
_MOVE_LATE_S = 0.001
_MOVE_LATE_WHEN_QUIET_S = 0.041  # every wake-up costs; speech is begun so much later, never ended
_WAIT_S = 0.1
_FOLLOW_EVERY_S = 3.0  # asking costs a process
_AWAY = "the device was away"
_OTHER_OUTPUT = "another output was chosen"


class LiveCapture:
    """One device on its way into the ring.

    Args:
        stage: This process's end of the bus.
        name: The source's name.
        source: Which device is meant.
        settings: The table [capture].
        orders: What the session wants, and what was before.
        before: The ring of a capture of this source that died.
    """

    def __init__(
        self,
        stage: Stage,
        name: str,
        source: Live,
        settings: CaptureSettings,
        orders: Orders,
        before: RingMemory | None,
    ) -> None:
        self._stage = stage
        self._name = name
        self._source = source
        self._settings = settings
        self._orders = orders
        self._before = before
        self._stream: DeviceStream | None = None
        self._next_try_s = 0.0
        self._absent_since: int | None = None
        self._why_absent = _AWAY
        self._followed_s = time.monotonic()
        self._sleep = Sleep(asleep_s())

    def run(self) -> None:
        """Hear the device until the session ends, then keep the ring for those who still read.

        Raises:
            InputFailure: The device cannot be opened, or gives nothing, and never did.
        """
        try:
            before = self._orders.before
            started = self._open_first() if before is None else self._go_on(before)
            if started is None:
                return
            seconds = self._settings.ring_s
            with open_ring(self._stage.run, started, seconds=seconds, before=self._before) as ring:
                self._stage.publish(started)
                swap = "" if ring.locked else ", not locked in memory: may be swapped out"
                self._stage.ready(f"{started.device}, {started.native_rate_hz} Hz{swap}")
                intake = Intake(self._name, ring, started.native_rate_hz, self._stage.publish)
                self._hear(intake, started.first_sample_ns)
                self._finish(intake)
        finally:
            self._close()

    def _open_first(self) -> CaptureStarted | None:
        """Open the device and wait for its first frames, which say when its clock began; None when the
        session is over before they come.
        """
        device = self._open()
        give_up = time.monotonic() + self._settings.device_timeout_s
        while self._stream is not None:
            first = self._stream.first_captured_s
            if first is not None:
                return CaptureStarted(
                    source=self._name,
                    first_sample_ns=round(first * 1e9),
                    start_sample=0,
                    device=device.label,
                    native_rate_hz=device.native_rate_hz,
                    native_channels=device.native_channels,
                )
            if self._over():
                return None
            if time.monotonic() > give_up:
                break
            self._look(0.01)
        raise InputFailure(
            f"{device.label} was opened but gives no sound",
            fix="check that it is switched on and permitted, or choose another: see `cuecard devices`",
        )

    def _go_on(self, before: CaptureStarted) -> CaptureStarted:
        """Return how a restarted capture begins: on the old clock, at the present moment."""
        now = _sample_at(time.monotonic(), before.first_sample_ns)
        start_sample = -(-now // BLOCK_SAMPLES) * BLOCK_SAMPLES
        self._absent_since = start_sample
        return msgspec.structs.replace(before, start_sample=start_sample)

    def _open(self) -> Device:
        device = choose(self._source)
        self._stream = DeviceStream(device)
        return device

    def _hear(self, intake: Intake, first_ns: int) -> None:
        """Move frames into the ring until the session is over."""
        looked_s = 0.0
        while not self._over():
            now_s = time.monotonic()
            if self._stream is None:
                self._try_again()
                intake.silence_until(_sample_at(now_s - _BEHIND_S, first_ns))
                time.sleep(_MOVE_LATE_S)
            elif now_s - self._stream.heard_s > self._patience_s(self._stream):
                self._lost_device(intake)
            else:
                self._move(intake, self._stream, first_ns)
                late_s = _MOVE_LATE_WHEN_QUIET_S if intake.quiet else _MOVE_LATE_S
                time.sleep(max(self._stream.next_s - time.monotonic(), 0.0) + late_s)
            if now_s - looked_s > _WAIT_S:
                looked_s = now_s
                self._look(0.0)
                self._notice_sleep()
                self._follow_output(intake, now_s)

    def _patience_s(self, stream: DeviceStream) -> float:
        """Return how long a device may give nothing; one that was just opened takes longer to begin."""
        return _GONE_AFTER_S if stream.first_captured_s is not None else self._settings.device_timeout_s

    def _notice_sleep(self) -> None:
        slept_s = self._sleep.since_last(asleep_s())
        if slept_s:
            self._stage.report(
                InputFailure(
                    f"the computer slept for {slept_s:.0f} s; {self._name} was not heard meanwhile",
                    kept="everything before and after",
                )
            )

    def _follow_output(self, intake: Intake, now_s: float) -> None:
        """Go to another output when the user has chosen one; a monitor stays with its own, which is quiet."""
        wanted = isinstance(self._source, Monitor) and self._stream is not None and intake.quiet
        if not wanted or now_s - self._followed_s < _FOLLOW_EVERY_S:
            return
        self._followed_s = now_s
        try:
            chosen = pulse.default_monitor().name
        except InputFailure:  # nothing to follow; that the server is gone is noticed by its silence
            return
        if self._stream is not None and chosen != self._stream.pulse_source:
            self._leave_device(intake, _OTHER_OUTPUT)

    def _move(self, intake: Intake, stream: DeviceStream, first_ns: int) -> None:
        for piece, lost_frames, nudge in stream.take():
            if self._absent_since is not None:
                self._found_device(
                    intake, stream, _sample_at(piece.arrived_s - len(piece.frames) / stream.rate_hz, first_ns)
                )
            if lost_frames:
                intake.lose(lost_frames, "the device ran over")
            intake.take(piece.frames, nudge)

    def _leave_device(self, intake: Intake, why: str) -> None:
        self._close()
        intake.change_rate(SAMPLE_RATE)
        self._absent_since, self._why_absent = intake.stop_sample, why
        self._next_try_s = time.monotonic()

    def _lost_device(self, intake: Intake) -> None:
        self._leave_device(intake, _AWAY)
        self._stage.report(
            InputFailure(
                f"the device of {self._name} went away",
                kept="everything heard so far",
                fix="connect it again; it is tried every second",
            )
        )

    def _try_again(self) -> None:
        if time.monotonic() < self._next_try_s:
            return
        self._next_try_s = time.monotonic() + _TRY_EVERY_S
        try:
            portaudio.rescan()
            self._open()
        except Failure:  # it was told that the device is away; that it still is needs no telling
            self._stream = None

    def _found_device(self, intake: Intake, stream: DeviceStream, at_sample: int) -> None:
        intake.change_rate(stream.rate_hz)
        intake.silence_until(at_sample)
        self._tell_absence(intake)

    def _tell_absence(self, intake: Intake) -> None:
        if self._absent_since is not None and intake.stop_sample > self._absent_since:
            self._stage.publish(
                AudioLost(
                    source=self._name,
                    start_sample=self._absent_since,
                    stop_sample=intake.stop_sample,
                    cause=self._why_absent,
                )
            )
        self._absent_since = None

    def _finish(self, intake: Intake) -> None:
        self._tell_absence(intake)
        self._close()
        intake.write(intake.last())
        stop_sample = intake.finish()
        self._stage.publish(CaptureEnded(source=self._name, stop_sample=stop_sample, cause="stopped"))
        while not self._stage.stopping():
            self._look(_WAIT_S)

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream = None

    def _look(self, timeout_s: float) -> None:
        for logged in self._stage.poll(timeout_s):
            self._orders.apply(logged.event)
        self._stage.heartbeat()

    def _over(self) -> bool:
        return self._orders.ending or self._stage.stopping()


def _sample_at(time_s: float, first_sample_ns: int) -> int:
    return int((time_s * 1e9 - first_sample_ns) * SAMPLE_RATE / 1e9)
