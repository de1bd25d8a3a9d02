"""Audio system through PortAudio alone: microphones, and drivers that look like one."""

from __future__ import annotations

import time

from bus.failures import InputFailure
from capture.devices import portaudio
from capture.devices.device import SEE_DEVICES, Device, matching_device
from capture.devices.portaudio_stream import PortAudioStream
from capture.devices.server_state import ServerState
from capture.devices.system import CaptureStream
from capture.source import Live, Microphone, Monitor, Program

_LOOK_EVERY_S = 3.0


class PortAudioSystem:
    """Devices of PortAudio, which does not report changes.

    Args:
        host_api: The only interface whose devices count; empty for all.
    """

    def __init__(self, host_api: str = "") -> None:
        portaudio.load()
        self._host_api = host_api
        self._stream: PortAudioStream | None = None
        self._looked_s = time.monotonic()

    def devices(self) -> list[Device]:
        """Return every device that can be captured, the default one first."""
        is_open = self._stream is not None and not self._stream.is_closed
        return sorted(
            portaudio.devices(rescan=not is_open, host_api=self._host_api),
            key=lambda device: not device.is_default,
        )

    def choose(self, source: Live) -> Device:
        """Return the device that `source` means now.

        Raises:
            InputFailure: There is no such device, or there are several.
        """
        match source:
            case Microphone():
                found = [device for device in self.devices() if device.is_default]
                if not found:
                    raise InputFailure("there is no microphone", fix=f"plug one in, and {SEE_DEVICES}")
                return found[0]
            case Monitor() | Program():
                raise InputFailure("what is played cannot be captured on this system", fix=SEE_DEVICES)
        return matching_device(source.wanted, self.devices())

    def server_state(self) -> ServerState | None:
        """Return None: PortAudio knows no volumes."""
        return None

    def open(self, device: Device) -> CaptureStream:
        """Open a device.

        Raises:
            InputFailure: It cannot be opened.
        """
        self._stream = PortAudioStream(device)
        return self._stream

    def changed(self) -> bool:
        """Return whether a few seconds have passed since the last change."""
        if time.monotonic() - self._looked_s < _LOOK_EVERY_S:
            return False
        self._looked_s = time.monotonic()
        return True

    def close(self) -> None:
        """Do nothing: PortAudio ends with the process."""
