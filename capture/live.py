"""Live capture: moves a device's audio into the ring until the session ends.

While the device is away, silence keeps the sample clock going and the device is retried every second; the gap
is reported when it is back. A pause closes the device. A monitor follows the default output. A restarted
capture continues the old clock.
"""

from __future__ import annotations

import time

import msgspec

from bus.audio import SAMPLE_RATE
from bus.failures import Failure, InputFailure
from bus.messages import AudioLost, CaptureEnded, CaptureStarted
from bus.ring.memory import BLOCK_SAMPLES
from capture.devices import portaudio, pulse
from capture.devices.clock_recovery import stretched
from capture.devices.device_list import Device, choose
from capture.devices.stream import DeviceStream
from capture.pause import Pause
from capture.ring_feed import RingFeed
from capture.source import Live, Monitor
from capture.source_stage import POLL_S, SourceStage
from capture.suspend_detector import SuspendDetector, suspended_s

_GONE_AFTER_S = 1.0
_RETRY_EVERY_S = 1.0
_SILENCE_DELAY_S = 0.25  # silence for an absent device stays this far behind, in case it comes back
_MOVE_LATE_S = 0.001
_MOVE_LATE_WHEN_QUIET_S = 0.041  # fewer wake-ups; delays the start of speech, never its end
_FOLLOW_EVERY_S = 3.0  # each check starts a process
_AWAY = "the device was away"
_OTHER_OUTPUT = "another output was chosen"
_PAUSED = "capture was paused"
_PAUSED_STEP_S = 0.05


class LiveCapture:
    """Captures one device.

    Args:
        stage: The source's stage.
        source: The device to capture.
    """

    def __init__(self, stage: SourceStage, source: Live) -> None:
        self._stage = stage
        self._source = source
        self._stream: DeviceStream | None = None
        self._next_try_s = 0.0
        self._absent_since: int | None = None
        self._absence_cause = _AWAY
        self._followed_s = time.monotonic()
        self._suspend_detector = SuspendDetector(suspended_s())

    def run(self) -> None:
        """Capture the device until the session ends, then keep the ring readable until the stage is stopped.

        Raises:
            InputFailure: The device cannot be opened, or has never delivered audio.
        """
        try:
            earlier = self._stage.state.earlier
            started = self._open_first() if earlier is None else self._resume(earlier)
            if started is None:
                return
            with self._stage.ring_feed(started) as feed:
                swap = "" if feed.locked else ", not locked in memory: may be swapped out"
                self._stage.ready(f"{started.device}, {started.native_rate_hz} Hz{swap}")
                self._capture(feed, started.first_sample_ns)
                self._finish(feed)
        finally:
            self._close()

    def _open_first(self) -> CaptureStarted | None:
        """Open the device and wait for its first frames, which start the sample clock.

        Returns:
            None when the session is over before they come.
        """
        device = self._open()
        give_up_s = time.monotonic() + self._stage.settings.device_timeout_s
        while self._stream is not None:
            first = self._stream.first_captured_s
            if first is not None:
                return CaptureStarted(
                    source=self._stage.name,
                    first_sample_ns=round(first * 1e9),
                    start_sample=0,
                    device=device.label,
                    native_rate_hz=device.native_rate_hz,
                    native_channels=device.native_channels,
                    is_microphone=device.kind == "microphone",
                )
            if self._stage.over:
                return None
            if time.monotonic() > give_up_s:
                break
            self._stage.poll(0.01)
        raise InputFailure(
            f"{device.label} was opened but delivers no audio",
            fix="check that it is switched on and permitted, or choose another: see `cuecard devices`",
        )

    def _resume(self, earlier: CaptureStarted) -> CaptureStarted:
        """Return the start of a restarted capture: on the old clock, at the present time."""
        now = _sample_at(time.monotonic(), earlier.first_sample_ns)
        start_sample = -(-now // BLOCK_SAMPLES) * BLOCK_SAMPLES
        self._absent_since = start_sample
        return msgspec.structs.replace(earlier, start_sample=start_sample)

    def _open(self) -> Device:
        device = choose(self._source)
        self._stream = DeviceStream(device)
        return device

    def _capture(self, feed: RingFeed, first_ns: int) -> None:
        """Move frames into the ring until the session is over."""
        polled_s = 0.0
        self._pause = Pause(self._stage, feed)
        while not self._stage.over:
            now_s = time.monotonic()
            if self._stage.state.pause_requested:
                self._stay_paused(feed, first_ns)
            elif self._stream is None:
                self._retry()
                feed.silence_until(_sample_at(now_s - _SILENCE_DELAY_S, first_ns))
                time.sleep(_MOVE_LATE_S)
            elif now_s - self._stream.received_s > self._timeout_s(self._stream):
                self._lost_device(feed)
            else:
                self._move(feed, self._stream, first_ns)
                late_s = _MOVE_LATE_WHEN_QUIET_S if feed.quiet else _MOVE_LATE_S
                time.sleep(max(self._stream.next_s - time.monotonic(), 0.0) + late_s)
            if now_s - polled_s > POLL_S:
                polled_s = now_s
                self._stage.poll(0.0)
                self._report_suspend()
                self._follow_output(feed, now_s)

    def _stay_paused(self, feed: RingFeed, first_ns: int) -> None:
        """Close the device when a pause begins, and keep the sample clock going with silence."""
        if self._stream is not None:
            self._move(feed, self._stream, first_ns)
            self._leave_device(feed, _PAUSED)
        elif self._absence_cause != _PAUSED:
            if not self._pause.active:
                self._report_absence(feed)
            self._absent_since, self._absence_cause = feed.stop_sample, _PAUSED
        self._pause.begin()
        self._pause.zero()
        feed.silence_until(_sample_at(time.monotonic() - _SILENCE_DELAY_S, first_ns))
        time.sleep(_PAUSED_STEP_S)

    def _timeout_s(self, stream: DeviceStream) -> float:
        """Return how long a device may deliver nothing; one that was just opened takes longer to start."""
        return _GONE_AFTER_S if stream.first_captured_s is not None else self._stage.settings.device_timeout_s

    def _report_suspend(self) -> None:
        slept_s = self._suspend_detector.since_last(suspended_s())
        if slept_s:
            self._stage.report(
                InputFailure(
                    f"the computer was suspended for {slept_s:.0f} s without capture of {self._stage.name}",
                    kept="everything before and after",
                )
            )

    def _follow_output(self, feed: RingFeed, now_s: float) -> None:
        """Move to another output when the user has chosen one; PulseAudio keeps the stream on the old one."""
        may_move = isinstance(self._source, Monitor) and self._stream is not None and feed.quiet
        if not may_move or now_s - self._followed_s < _FOLLOW_EVERY_S:
            return
        self._followed_s = now_s
        try:
            chosen = pulse.default_monitor().name
        except InputFailure:  # no output to follow; a dead server shows as an absent device
            return
        if self._stream is not None and chosen != self._stream.pulse_source:
            self._leave_device(feed, _OTHER_OUTPUT)

    def _move(self, feed: RingFeed, stream: DeviceStream, first_ns: int) -> None:
        for piece, lost_frames, stretch in stream.take():
            if self._absent_since is not None:
                captured_s = piece.arrived_s - len(piece.frames) / stream.rate_hz
                self._found_device(feed, stream, _sample_at(captured_s, first_ns))
            if lost_frames:
                feed.lose(lost_frames, "the device overflowed")
            feed.write(stretched(feed.process(piece.frames), stretch))

    def _leave_device(self, feed: RingFeed, cause: str) -> None:
        self._close()
        feed.change_rate(SAMPLE_RATE)
        self._absent_since, self._absence_cause = feed.stop_sample, cause
        self._next_try_s = time.monotonic()

    def _lost_device(self, feed: RingFeed) -> None:
        self._leave_device(feed, _AWAY)
        self._stage.report(
            InputFailure(
                f"the device of {self._stage.name} went away",
                kept="everything captured so far",
                fix="connect it again; it is retried every second",
            )
        )

    def _retry(self) -> None:
        if time.monotonic() < self._next_try_s:
            return
        self._next_try_s = time.monotonic() + _RETRY_EVERY_S
        try:
            portaudio.rescan()
            self._open()
        except Failure as failure:
            self._stream = None
            if self._absence_cause == _PAUSED:  # otherwise it was reported that the device is away
                self._stage.report(failure)
                self._absence_cause = _AWAY

    def _found_device(self, feed: RingFeed, stream: DeviceStream, at_sample: int) -> None:
        feed.change_rate(stream.rate_hz)
        feed.silence_until(at_sample)
        self._report_absence(feed)

    def _report_absence(self, feed: RingFeed) -> None:
        if self._pause.active:
            if not self._stage.over:
                self._pause.end()
        elif self._absent_since is not None and feed.stop_sample > self._absent_since:
            self._stage.publish(
                AudioLost(
                    source=self._stage.name,
                    start_sample=self._absent_since,
                    stop_sample=feed.stop_sample,
                    cause=self._absence_cause,
                )
            )
        self._absent_since = None

    def _finish(self, feed: RingFeed) -> None:
        self._report_absence(feed)
        self._close()
        feed.write(feed.flush())
        stop_sample = feed.finish()
        self._stage.publish(CaptureEnded(source=self._stage.name, stop_sample=stop_sample, cause="stopped"))
        self._stage.wait_for_end()

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream = None


def _sample_at(time_s: float, first_sample_ns: int) -> int:
    return int((time_s * 1e9 - first_sample_ns) * SAMPLE_RATE / 1e9)
