"""Audio system of Windows: WASAPI through PortAudio, and loopback through PyAudioWPatch.

Not yet run on real hardware: written against the documented interface of PyAudioWPatch 0.2.12, a PortAudio
with loopback devices, which the PortAudio of `sounddevice` lacks.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from bus.failures import InputFailure, MachineFailure
from capture.devices.device import SEE_DEVICES, Device, used_channels
from capture.devices.output_stream import OutputStream
from capture.devices.portaudio_system import PortAudioSystem
from capture.devices.stream import BLOCK_MS
from capture.devices.system import CaptureStream
from capture.source import Live, Monitor, Program

_WASAPI = "Windows WASAPI"
"""Of the four interfaces that list each microphone, the one that is in use and gives whole names."""
_LOOPBACK = "WASAPI loopback"


class WindowsAudio(PortAudioSystem):
    """Microphones, and the outputs as monitors."""

    def __init__(self) -> None:
        super().__init__(host_api=_WASAPI)
        self._loopback: LoopbackStream | None = None

    def devices(self) -> list[Device]:
        """Return every device that can be captured, microphones first."""
        return [*super().devices(), *_outputs()]

    def choose(self, source: Live) -> Device:
        """Return the device that `source` means now.

        Raises:
            InputFailure: There is no such device, or there are several.
            MachineFailure: PyAudioWPatch is missing.
        """
        if isinstance(source, Program):
            raise InputFailure(
                "the sound of one program cannot be captured on Windows yet",
                fix="use monitor, and close other programs that play",
            )
        if not isinstance(source, Monitor):
            return super().choose(source)
        default = [device for device in _outputs() if device.is_default]
        if not default:
            raise InputFailure("there is no output whose sound could be captured", fix=SEE_DEVICES)
        return default[0]

    def open(self, device: Device) -> CaptureStream:
        """Open a device.

        Raises:
            InputFailure: It cannot be opened.
        """
        return LoopbackStream(device) if device.host_api == _LOOPBACK else super().open(device)


class LoopbackStream(OutputStream):
    """Captures what an output plays.

    Args:
        device: The output; its index is that of its loopback device.

    Raises:
        InputFailure: It cannot be opened.
    """

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        module = _load()
        self._more = (None, module.paContinue)
        self._overflow = module.paInputOverflow
        self._portaudio = module.PyAudio()
        try:
            self._stream = self._portaudio.open(
                rate=self.rate_hz,
                channels=device.native_channels,
                format=module.paFloat32,
                input=True,
                input_device_index=device.index,
                frames_per_buffer=self.rate_hz * BLOCK_MS // 1000,
                stream_callback=self._callback,
            )
        except (OSError, ValueError) as error:
            self._portaudio.terminate()
            raise InputFailure(
                f"the sound of {device.label} cannot be captured ({error})",
                fix="turn off its exclusive mode in the sound settings, or choose another output",
            ) from error

    def take(self) -> list[Any]:
        """Return the pieces since the last call, with silence between them."""
        if not self.ended and not self._stream.is_active():
            self.ended = "Windows closed it"
        return super().take()

    def close(self) -> None:
        """Close the device; frames that were not taken are dropped."""
        try:
            self._stream.close()
        finally:
            self._portaudio.terminate()

    def _callback(self, data: bytes, count: int, times: Mapping[str, float], status: int) -> tuple[None, int]:
        frames = np.frombuffer(data, np.float32).reshape(count, -1)
        self._put(frames, time.monotonic(), overflowed=bool(status & self._overflow))
        return self._more


def _outputs() -> list[Device]:
    """Return the outputs whose sound can be captured.

    Raises:
        MachineFailure: PyAudioWPatch is missing.
    """
    portaudio = _load().PyAudio()
    try:
        try:
            default = portaudio.get_default_wasapi_loopback()["index"]
        except (OSError, LookupError):  # no output, or no WASAPI
            default = None
        return [_output(found, default) for found in portaudio.get_loopback_device_info_generator()]
    finally:
        portaudio.terminate()


def _output(found: Mapping[str, Any], default: int | None) -> Device:
    return Device(
        name=found["name"],
        index=found["index"],
        kind="monitor",
        is_default=found["index"] == default,
        native_rate_hz=round(found["defaultSampleRate"]),
        native_channels=used_channels(found["maxInputChannels"]),
        host_api=_LOOPBACK,
        description=found["name"].removesuffix(" [Loopback]"),
    )


def _load() -> ModuleType:
    try:
        return importlib.import_module("pyaudiowpatch")
    except ImportError as error:
        raise MachineFailure(
            "what the computer plays cannot be captured: PyAudioWPatch is missing",
            kept="microphones and recordings work without it",
            fix="pip install PyAudioWPatch",
        ) from error
