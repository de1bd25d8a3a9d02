"""Audio system of Linux: the sound server, and ALSA's devices through PortAudio."""

from __future__ import annotations

import contextlib

from bus.failures import Failure, InputFailure
from capture.devices import portaudio, pulse_library
from capture.devices.device import SEE_DEVICES, Device, NotPlaying, matching_device, matching_devices
from capture.devices.portaudio_stream import PortAudioStream
from capture.devices.pulse import HOST_API, SoundServer
from capture.devices.pulse_stream import PulseStream
from capture.devices.server_state import ServerState
from capture.source import Live, Microphone, Monitor, Program

_THROUGH_SERVER = frozenset({"pulse", "default", "pipewire"})  # ALSA's devices for the sound server's sources
_DEFAULT_CHOSEN_WITHIN_S = 3.0


class LinuxAudio:
    """PulseAudio, PipeWire and ALSA."""

    def __init__(self) -> None:
        pulse_library.load()
        self._server = SoundServer()
        self._alsa_stream: PortAudioStream | None = None
        self._default_chosen_within_s = _DEFAULT_CHOSEN_WITHIN_S

    def devices(self) -> list[Device]:
        """Return every device that can be captured, microphones first; then the programs that play.

        Raises:
            MachineFailure: There is no sound server, and PortAudio is missing.
        """
        try:
            served = self._server.devices()
        except Failure:  # without a server, only ALSA's devices exist
            return self._alsa_devices()
        with contextlib.suppress(Failure):  # PortAudio is missing
            served += [device for device in self._alsa_devices() if device.name not in _THROUGH_SERVER]
        kinds = ("microphone", "monitor", "program")
        return sorted(served, key=lambda device: (kinds.index(device.kind), not device.is_default))

    def choose(self, source: Live) -> Device:
        """Return the device that `source` means now.

        Raises:
            InputFailure: There is none, or there are several.
            MachineFailure: A library is missing.
        """
        match source:
            case Microphone():
                return self._default_microphone()
            case Monitor():
                wait_s, self._default_chosen_within_s = self._default_chosen_within_s, 0.0
                return self._server.default_monitor(wait_s)
            case Program(wanted=wanted):
                return self._program(wanted)
        return self._named(source.wanted)

    def server_state(self) -> ServerState | None:
        """Return the sound server with its default devices; None where it does not answer."""
        try:
            return self._server.state()
        except Failure:
            return None

    def open(self, device: Device) -> PulseStream | PortAudioStream:
        """Open a device.

        Raises:
            InputFailure: It cannot be opened.
        """
        if device.host_api == HOST_API:
            return PulseStream(device)
        self._alsa_stream = PortAudioStream(device)
        return self._alsa_stream

    def changed(self) -> bool:
        """Return whether devices, defaults or programs that play changed since the last call."""
        return self._server.changed()

    def close(self) -> None:
        """Close the connection to the sound server."""
        self._server.close()

    def _named(self, wanted: str) -> Device:
        """Return a device by its name; PortAudio is loaded only if the sound server does not have it."""
        try:
            served = [each for each in self._server.devices() if each.kind != "program"]
        except InputFailure:
            served = []
        try:
            return matching_device(wanted, served)
        except InputFailure:
            known = self._alsa_devices()
        return matching_device(wanted, [*served, *known])

    def _program(self, wanted: str) -> Device:
        playing = [each for each in self._server.devices() if each.kind == "program"]
        if not matching_devices(wanted, playing):
            raise NotPlaying(f"no program {wanted!r} plays now", fix=f"start its sound, or {SEE_DEVICES}")
        return matching_device(wanted, playing)

    def _default_microphone(self) -> Device:
        try:
            served = self._server.devices()
        except InputFailure as failure:
            return self._alsa_microphone(failure)
        found = [device for device in served if device.is_default]
        if not found:
            raise InputFailure("there is no microphone", fix=f"plug one in, and {SEE_DEVICES}")
        if found[0].kind == "monitor":
            raise InputFailure(
                f"there is no microphone: the default input, {found[0].label}, is a monitor of the output",
                fix="choose a microphone in the sound settings; to capture the output, use monitor",
            )
        return found[0]

    def _alsa_microphone(self, failure: InputFailure) -> Device:
        """Return ALSA's default microphone; without a sound server, it usually has none."""
        found = [device for device in self._alsa_devices() if device.is_default]
        if not found:
            raise InputFailure(f"there is no microphone, and {failure.problem}", fix=failure.fix)
        return found[0]

    def _alsa_devices(self) -> list[Device]:
        is_open = self._alsa_stream is not None and not self._alsa_stream.is_closed
        return portaudio.devices(rescan=not is_open)
