"""Audio system: what live capture needs from an operating system, as one protocol.

Each system is a file of its own beside this one; `open_audio_system` returns the one of this computer.
"""

from __future__ import annotations

import sys
from typing import Protocol

from capture.devices.device import Device
from capture.devices.server_state import ServerState
from capture.devices.stream import Piece
from capture.source import Live


class CaptureStream(Protocol):
    """An opened device that delivers frames at its native rate."""

    device: Device
    rate_hz: int
    received_s: float
    """Monotonic time at which the last frames arrived."""
    first_captured_s: float | None
    """Monotonic time at which the first frame was converted; None before it has arrived."""
    ended: str
    """Why no more frames come: "the sound server closed it"; empty while they may come. Frames of another
    device than `device` are never delivered: a stream that the system moves ends."""
    moved_to: str
    """Name of the device to which the system moved the stream; empty otherwise."""

    @property
    def next_s(self) -> float:
        """Monotonic time at which more frames are expected."""

    def take(self) -> list[tuple[Piece, int, int]]:
        """Return the pieces since the last call.

        Returns:
            Each piece, the frames lost before it, and the 16 kHz samples to add to it against clock drift.
        """

    def close(self) -> None:
        """Close the device; frames that were not taken are dropped."""


class AudioSystem(Protocol):
    """Lists, chooses and opens devices, and reports that they changed."""

    def devices(self) -> list[Device]:
        """Return every device that can be captured, microphones first; then the programs that play.

        Raises:
            Failure: They cannot be listed.
        """

    def choose(self, source: Live) -> Device:
        """Return the device that `source` means now.

        Raises:
            NotPlaying: The program plays nothing now.
            InputFailure: There is no such device, or there are several.
            MachineFailure: A library is missing.
        """

    def server_state(self) -> ServerState | None:
        """Return the sound server with its default devices; None where there is none that could be asked."""

    def open(self, device: Device) -> CaptureStream:
        """Open a device.

        Raises:
            InputFailure: It cannot be opened.
        """

    def changed(self) -> bool:
        """Return whether devices, defaults or programs that play changed since the last call; never blocks.

        Live capture calls it every 50 ms or so, and then chooses again. A system without such events returns
        whether a few seconds have passed.
        """

    def close(self) -> None:
        """Release the connection to the system."""


def open_audio_system() -> AudioSystem:
    """Return the audio system of this computer, with its libraries loaded."""
    if sys.platform == "linux":
        from capture.devices.linux import LinuxAudio

        return LinuxAudio()
    if sys.platform == "win32":
        from capture.devices.windows import WindowsAudio

        return WindowsAudio()
    if sys.platform == "darwin":
        from capture.devices.macos import MacAudio

        return MacAudio()
    from capture.devices.portaudio_system import PortAudioSystem

    return PortAudioSystem()
