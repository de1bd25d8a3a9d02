"""Stream of a PortAudio device."""

from __future__ import annotations

import time
from typing import Any

from bus.failures import InputFailure
from capture.devices import portaudio
from capture.devices.device import SEE_DEVICES, Device
from capture.devices.stream import BLOCK_MS, BufferedStream
from capture.processing.sanitize import Frames


class PortAudioStream(BufferedStream):
    """Captures a device of PortAudio.

    Args:
        device: The device to open; its index is PortAudio's.

    Raises:
        InputFailure: It cannot be opened.
        MachineFailure: PortAudio is missing.
    """

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.is_closed = False
        module = portaudio.load()
        try:
            with portaudio.stderr_silenced():
                self._stream = module.InputStream(
                    device=device.index,
                    samplerate=self.rate_hz,
                    channels=device.native_channels,
                    dtype="float32",
                    blocksize=self.rate_hz * BLOCK_MS // 1000,
                    latency="low",
                    callback=self._callback,
                )
                self._stream.start()
        except (module.PortAudioError, ValueError) as error:
            raise InputFailure(
                f"{device.label} cannot be opened ({error})",
                fix=f"close other programs that use it, check its permission, {SEE_DEVICES}",
            ) from error

    def close(self) -> None:
        """Close the device; frames that were not taken are dropped."""
        self.is_closed = True
        with portaudio.stderr_silenced():
            self._stream.close(ignore_errors=True)

    def _callback(self, frames: Frames, count: int, times: Any, status: Any) -> None:
        now_s = time.monotonic()
        if self.first_captured_s is None:
            self._start_clock(now_s, times.currentTime - times.inputBufferAdcTime, count)
        self._put(frames, now_s, overflowed=bool(status.input_overflow))
