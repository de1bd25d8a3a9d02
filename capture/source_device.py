"""Keeps the device of a source open, and follows the system's default.

What comes from another device than the wanted one is never captured: the stream of a device ends when the
system moves it. A device that is away is reported at once, and again when it is back.
"""

from __future__ import annotations

import time

from bus.failures import Failure, InputFailure
from bus.messages import ProblemReported
from capture.devices.device import Device, NotPlaying
from capture.devices.system import AudioSystem, CaptureStream
from capture.source import Live, NamedDevice, Program
from capture.source_stage import SourceStage

AWAY = "the device was away"
_GONE_AFTER_S = 1.0
_RETRY_EVERY_S = 1.0
_LOOK_EVERY_S = 0.1
_FOLLOW_WITHIN_S = 1.0
_TOPIC = "device"


class SourceDevice:
    """The device of one source.

    Args:
        stage: The source's stage.
        source: What to capture.
        system: The computer's audio system.
    """

    def __init__(self, stage: SourceStage, source: Live, system: AudioSystem) -> None:
        self._stage, self._source, self._system = stage, source, system
        self.stream: CaptureStream | None = None
        self._device: Device | None = None
        self._named: Device | None = None
        """The device that the user's words meant at first; others may match them later."""
        self._default = ""
        """What the source meant when the user moved the stream to another device; empty if they did not."""
        self._opened_s = self._next_try_s = self._next_look_s = 0.0
        self._changed_s: float | None = None
        """When a change was noticed that was not looked at yet."""
        self._reason, self._was_moved = "", False
        """Why the device is left, and whether the system moved its stream."""
        self._is_away = False

    def open(self) -> Device:
        """Open the device that the source means now.

        Raises:
            NotPlaying: The program plays nothing now.
            InputFailure: There is no such device, or it cannot be opened.
            MachineFailure: A library is missing.
        """
        device = self._choose()
        self.stream = self._system.open(device)
        self._device, self._opened_s = device, time.monotonic()
        return device

    def close(self) -> None:
        """Close the device; it is opened again by `reopen`."""
        if self.stream is not None:
            self.stream.close()
        self.stream = None
        self._next_try_s = self._opened_s + _RETRY_EVERY_S  # at once, but for a stream that ended at once

    def release(self) -> None:
        """Close the device and the connection to the audio system."""
        self.close()
        self._system.close()

    def lost(self, *, is_quiet: bool) -> str:
        """Return why the stream must be left now; empty as long as it is the right one.

        Args:
            is_quiet: Whether the source is quiet, so that a change of the device cuts no word.
        """
        stream, now_s = self.stream, time.monotonic()
        if stream is None:
            return ""
        if stream.ended:
            refused = self._judge_move(stream.moved_to)
            self._reason, self._was_moved = refused or stream.ended, bool(refused)
            return AWAY
        silent_s = now_s - max(stream.received_s, self._opened_s)
        if silent_s > _GONE_AFTER_S:
            self._reason, self._was_moved = "it delivers no audio", False
            self._report_away()
        if silent_s > self._timeout_s(stream):
            return AWAY
        if now_s < self._next_look_s:
            return ""
        self._next_look_s = now_s + _LOOK_EVERY_S
        return self._other(now_s, is_quiet)

    def reopen(self) -> None:
        """Try to open the device again, if something changed or it was not tried for a second."""
        now_s = time.monotonic()
        if not self._system.changed() and now_s < self._next_try_s:
            return
        self._next_try_s = now_s + _RETRY_EVERY_S
        earlier = self._device
        try:
            device = self.open()
        except NotPlaying:
            return
        except Failure as failure:
            self.stream = None
            self._report_away(failure)
            return
        is_another = earlier is not None and device.name != earlier.name
        if is_another and device.kind == "microphone":  # another output is where the sound is: no remark
            self._report_followed(device)

    def delivers(self) -> None:
        """Report that the device is back, if it was reported to be away."""
        if self._is_away:
            self._is_away = False
            self._publish(f"{self._stage.name} is captured again", is_over=True)

    def _choose(self) -> Device:
        device = self._wanted()
        if self._default and self._default == device.name and self._device is not None:
            moved_to = [each for each in self._system.devices() if each.name == self._device.name]
            if moved_to:
                return moved_to[0]
        self._default = ""
        return device

    def _wanted(self) -> Device:
        """Return the device that the source means; of a named one, the same as at first."""
        if not isinstance(self._source, NamedDevice):
            return self._system.choose(self._source)
        if self._named is None:
            self._named = self._system.choose(self._source)
            return self._named
        identity = (self._named.name, self._named.host_api)
        for device in self._system.devices():
            if (device.name, device.host_api) == identity:
                return device
        raise InputFailure("it is not connected", fix="connect it again")

    def _other(self, now_s: float, is_quiet: bool) -> str:
        """Return why to leave for another device, if the source means another one now."""
        if self._system.changed() and self._changed_s is None:
            self._changed_s = now_s
        if self._changed_s is None or not (is_quiet or now_s - self._changed_s > _FOLLOW_WITHIN_S):
            return ""
        self._changed_s = None
        try:
            chosen = self._choose()
        except Failure:  # no device is the default, or a program that pauses: the stream stays until it ends
            return ""
        if self._device is None or (chosen.name, chosen.kind) == (self._device.name, self._device.kind):
            return ""
        return "another output was chosen" if chosen.kind == "monitor" else "another microphone was chosen"

    def _judge_move(self, moved_to: str) -> str:
        """Follow a move that the user made; return what to report of one that the system made."""
        if not moved_to or self._device is None:
            return ""
        try:
            devices = {device.name: device for device in self._system.devices()}
            target = devices.get(moved_to)
            if target and target.kind == self._device.kind and self._device.name in devices:
                self._default = self._default or self._wanted().name
                self._device = target
                self._report_followed(target)
                return ""
        except Failure:  # the server ended meanwhile
            return ""
        other = target.label if target else moved_to
        return f"{other} is not used instead"

    def _timeout_s(self, stream: CaptureStream) -> float:
        """Return how long a device may deliver nothing; one that was just opened takes longer to start."""
        return _GONE_AFTER_S if stream.first_captured_s is not None else self._stage.settings.device_timeout_s

    def _report_away(self, failure: Failure | None = None) -> None:
        if self._is_away or isinstance(self._source, Program):
            return
        self._is_away = True
        label = self._device.label if self._device else self._stage.name
        reason = self._reason if failure is None or self._was_moved else failure.problem
        fix = "" if failure is None or isinstance(self._source, NamedDevice) else failure.fix
        self._publish(
            f"{self._stage.name}: {label} went away ({reason})",
            fix=fix or "connect it again",
        )

    def _report_followed(self, device: Device) -> None:
        self._stage.report(
            InputFailure(
                f"{self._stage.name} is captured from {device.label} now", kept="everything captured so far"
            )
        )

    def _publish(self, problem: str, fix: str = "", *, is_over: bool = False) -> None:
        self._stage.publish(
            ProblemReported(
                stage=f"capture:{self._stage.name}",
                problem=problem,
                fix=fix,
                topic=_TOPIC,
                is_over=is_over,
            )
        )
