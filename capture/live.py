"""Live capture: moves a device's audio into the ring until the session ends.

While the device is away, silence keeps the sample clock going; the gap is reported when it is back. A pause
closes the device. A restarted capture continues the old clock.
"""

from __future__ import annotations

import time

import msgspec

from bus.audio import SAMPLE_RATE
from bus.failures import InputFailure
from bus.messages import AudioLost, CaptureEnded, CaptureStarted
from bus.ring.memory import BLOCK_SAMPLES
from capture.devices.clock_recovery import stretched
from capture.devices.device import Device, NotPlaying
from capture.devices.system import AudioSystem, CaptureStream
from capture.pause import Pause
from capture.ring_feed import RingFeed
from capture.source import Live, Program
from capture.source_device import AWAY, SourceDevice
from capture.source_stage import POLL_S, SourceStage
from capture.suspend_detector import SuspendDetector, suspended_s

_SILENCE_DELAY_S = 0.25  # silence for an absent device stays this far behind, in case it comes back
_MOVE_LATE_S = 0.001
_MOVE_LATE_WHEN_QUIET_S = 0.041  # fewer wake-ups; delays the start of speech, never its end
_PAUSED = "capture was paused"
_PAUSED_STEP_S = 0.05
_ABSENT_STEP_S = 0.01


class LiveCapture:
    """Captures one device.

    Args:
        stage: The source's stage.
        source: What to capture.
        system: The computer's audio system.
    """

    def __init__(self, stage: SourceStage, source: Live, system: AudioSystem) -> None:
        self._stage = stage
        self._source = source
        self._device = SourceDevice(stage, source, system)
        self._absent_since: int | None = None
        self._absence_cause = AWAY
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
            self._device.release()

    def _open_first(self) -> CaptureStarted | None:
        """Open the device and wait for its first frames, which start the sample clock.

        Returns:
            None when the session is over before they come.
        """
        try:
            device = self._device.open()
        except NotPlaying:
            self._absent_since = 0
            return self._started(time.monotonic(), None)
        give_up_s = time.monotonic() + self._stage.settings.device_timeout_s
        while self._device.stream is not None:
            if (first_s := self._device.stream.first_captured_s) is not None:
                return self._started(first_s, device)
            if self._stage.over:
                return None
            if time.monotonic() > give_up_s:
                break
            self._stage.poll(0.01)
        raise InputFailure(
            f"{device.label} was opened but delivers no audio",
            fix="check that it is switched on and permitted, or choose another: see `cuecard devices`",
        )

    def _started(self, first_s: float, device: Device | None) -> CaptureStarted:
        """Return the start of capture; without a device, of a program that plays nothing yet."""
        return CaptureStarted(
            source=self._stage.name,
            first_sample_ns=round(first_s * 1e9),
            start_sample=0,
            device=device.label if device else getattr(self._source, "wanted", ""),
            native_rate_hz=device.native_rate_hz if device else SAMPLE_RATE,
            native_channels=device.native_channels if device else 1,
            is_microphone=device is not None and device.kind == "microphone",
        )

    def _resume(self, earlier: CaptureStarted) -> CaptureStarted:
        """Return the start of a restarted capture: on the old clock, at the present time."""
        now = _sample_at(time.monotonic(), earlier.first_sample_ns)
        start_sample = -(-now // BLOCK_SAMPLES) * BLOCK_SAMPLES
        self._absent_since = start_sample
        return msgspec.structs.replace(earlier, start_sample=start_sample)

    def _capture(self, feed: RingFeed, first_ns: int) -> None:
        """Move frames into the ring until the session is over."""
        polled_s = 0.0
        self._pause = Pause(self._stage, feed)
        while not self._stage.over:
            now_s = time.monotonic()
            if self._stage.state.pause_requested:
                self._stay_paused(feed, first_ns)
            elif (stream := self._device.stream) is None:
                self._device.reopen()
                feed.silence_until(_sample_at(now_s - _SILENCE_DELAY_S, first_ns))
                time.sleep(_ABSENT_STEP_S)
            else:
                self._move(feed, stream, first_ns)
                if cause := self._device.lost(is_quiet=feed.quiet):
                    self._leave_device(feed, cause)
                    continue
                late_s = _MOVE_LATE_WHEN_QUIET_S if feed.quiet else _MOVE_LATE_S
                time.sleep(max(stream.next_s - time.monotonic(), 0.0) + late_s)
            if now_s - polled_s > POLL_S:
                polled_s = now_s
                self._stage.poll(0.0)
                self._report_suspend()

    def _stay_paused(self, feed: RingFeed, first_ns: int) -> None:
        """Close the device when a pause begins, and keep the sample clock going with silence."""
        if self._device.stream is not None:
            self._move(feed, self._device.stream, first_ns)
            self._leave_device(feed, _PAUSED)
        elif self._absence_cause != _PAUSED:
            if not self._pause.active:
                self._report_absence(feed)
            self._absent_since, self._absence_cause = feed.stop_sample, _PAUSED
        self._pause.begin()
        self._pause.zero()
        feed.silence_until(_sample_at(time.monotonic() - _SILENCE_DELAY_S, first_ns))
        time.sleep(_PAUSED_STEP_S)

    def _report_suspend(self) -> None:
        slept_s = self._suspend_detector.since_last(suspended_s())
        if slept_s:
            self._stage.report(
                InputFailure(
                    f"the computer was suspended for {slept_s:.0f} s without capture of {self._stage.name}",
                    kept="everything before and after",
                )
            )

    def _move(self, feed: RingFeed, stream: CaptureStream, first_ns: int) -> None:
        first_s = stream.first_captured_s
        if first_s is None:
            return  # too few pieces yet to place them on the clock
        pieces = stream.take()
        if pieces and self._absent_since is not None:
            self._found_device(feed, stream, _sample_at(first_s, first_ns))
        for piece, lost_frames, stretch in pieces:
            if lost_frames:
                feed.lose(lost_frames, "the device overflowed")
            feed.write(stretched(feed.process(piece.frames), stretch))

    def _leave_device(self, feed: RingFeed, cause: str) -> None:
        self._device.close()
        feed.change_rate(SAMPLE_RATE)
        self._absent_since, self._absence_cause = feed.stop_sample, cause

    def _found_device(self, feed: RingFeed, stream: CaptureStream, at_sample: int) -> None:
        feed.change_rate(stream.rate_hz)
        feed.silence_until(at_sample)
        self._report_absence(feed)
        self._device.delivers()

    def _report_absence(self, feed: RingFeed) -> None:
        if self._pause.active:
            if not self._stage.over:
                self._pause.end()
        elif self._absent_since is not None and feed.stop_sample > self._absent_since and not self._plays():
            self._stage.publish(
                AudioLost(
                    source=self._stage.name,
                    start_sample=self._absent_since,
                    stop_sample=feed.stop_sample,
                    cause=self._absence_cause,
                )
            )
        self._absent_since = None

    def _plays(self) -> bool:
        """Return whether the source is a program, whose pauses are no loss."""
        return isinstance(self._source, Program) and self._absence_cause == AWAY

    def _finish(self, feed: RingFeed) -> None:
        self._report_absence(feed)
        self._device.close()
        feed.write(feed.flush())
        stop_sample = feed.finish()
        self._stage.publish(CaptureEnded(source=self._stage.name, stop_sample=stop_sample, cause="stopped"))
        self._stage.wait_for_end()


def _sample_at(time_s: float, first_sample_ns: int) -> int:
    return int((time_s * 1e9 - first_sample_ns) * SAMPLE_RATE / 1e9)
