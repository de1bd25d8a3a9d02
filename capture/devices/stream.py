"""A device opened for capture; its callback copies and leaves."""

from __future__ import annotations

import time
from typing import Any

from bus.failures import InputFailure
from capture.devices import portaudio
from capture.devices.callback_buffer import CallbackBuffer, Piece
from capture.devices.device_clock import DeviceClock
from capture.devices.device_list import Device, opened_source
from capture.devices.drift import Drift
from capture.processing.sanitize import Frames

_BUFFER_S = 4.0
_BLOCK_MS = 20  # shorter ones cost more than they bring: the sound servers deliver no faster
_LONGEST_DELAY_S = 0.1


class DeviceStream:
    """A stream of frames from a device.

    Args:
        device: What to open.

    Raises:
        InputFailure: It cannot be opened.
        MachineFailure: There is no PortAudio.
    """

    def __init__(self, device: Device) -> None:
        self.rate_hz = device.native_rate_hz
        self.channels = device.native_channels
        self.pulse_source = device.pulse_source
        self._clock, self._drift = DeviceClock(self.rate_hz), Drift()
        self._buffer = CallbackBuffer(round(_BUFFER_S * self.rate_hz), self.channels)
        self.heard_s = time.monotonic()
        """When the last frames came."""
        self.first_captured_s: float | None = None
        """Monotonic time at which the first frame reached the converter, once it has come."""
        module = portaudio.load()
        try:
            with portaudio.quiet(), opened_source(device):
                self._stream = module.InputStream(
                    device=device.index,
                    samplerate=self.rate_hz,
                    channels=self.channels,
                    dtype="float32",
                    blocksize=self.rate_hz * _BLOCK_MS // 1000,
                    latency="low",
                    callback=self._arrived,
                )
                self._stream.start()
        except (module.PortAudioError, ValueError) as error:
            raise InputFailure(
                f"{device.label} cannot be opened ({error})",
                fix="close other programs that use it, check its permission, see `cuecard devices`",
            ) from error

    @property
    def next_s(self) -> float:
        """When more frames are to be expected."""
        return self.heard_s + _BLOCK_MS / 1000

    def take(self) -> list[tuple[Piece, int, int]]:
        """Return the pieces that came since the last call, each with how many frames are lost before it, and
        by how many samples at 16 kHz it must be made longer for the sample clock to keep its pace.
        """
        return [(piece, *self._judge(piece)) for piece in self._buffer.take()]

    def _judge(self, piece: Piece) -> tuple[int, int]:
        lost_frames = self._clock.lost(
            piece.arrived_s,
            len(piece.frames),
            overflowed=piece.overflowed,
            dropped_frames=piece.dropped_frames,
        )
        return lost_frames, self._drift.nudge(piece.arrived_s, self._clock.delay_s)

    def close(self) -> None:
        """Close the device; frames that are under way are dropped."""
        with portaudio.quiet():
            self._stream.close(ignore_errors=True)

    def _arrived(self, frames: Frames, count: int, times: Any, status: Any) -> None:
        now_s = time.monotonic()
        if self.first_captured_s is None:
            delay_s = times.currentTime - times.inputBufferAdcTime
            length_s = count / self.rate_hz
            # Some drivers do not tell, and some tell nonsense until they have settled.
            plausible = length_s <= delay_s <= length_s + _LONGEST_DELAY_S
            self.first_captured_s = now_s - (delay_s if plausible else length_s)
        self._buffer.put(frames, now_s, bool(status.input_overflow))
        self.heard_s = now_s
