"""Stream of what the computer plays, on systems that deliver nothing while nothing plays."""

from __future__ import annotations

import time

import numpy as np

from capture.devices.device import Device
from capture.devices.stream import BufferedStream, Piece

_QUIET_S = 0.5
"""After so long without frames nothing plays; a shorter wait may be a busy computer."""
_BEHIND_S = 0.1
"""Silence stays so far behind, as frames may be on their way."""
_SMALLEST_GAP_S = 0.03


class OutputStream(BufferedStream):
    """A stream that has silence where nothing was played.

    Args:
        device: The device that is opened.
    """

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._filled_s = time.monotonic()
        """End of the frames that were taken."""
        self.first_captured_s = self._filled_s

    def take(self) -> list[tuple[Piece, int, int]]:
        """Return the pieces since the last call, with silence between them.

        Returns:
            Each piece, the frames lost before it, and the 16 kHz samples to add to it against clock drift.
        """
        pieces: list[Piece] = []
        for piece in self._buffer.take():
            pieces += self._silence_until(piece.arrived_s - len(piece.frames) / self.rate_hz)
            pieces.append(piece)
            self._filled_s = piece.arrived_s
        now_s = time.monotonic()
        if now_s - self._filled_s > _QUIET_S:
            pieces += self._silence_until(now_s - _BEHIND_S)
            self.received_s = now_s
        return [(piece, *self._recover(piece)) for piece in pieces]

    def _silence_until(self, until_s: float) -> list[Piece]:
        """Return the silence from the last frames to this time; nothing for less than an audible gap."""
        if until_s - self._filled_s < _SMALLEST_GAP_S:
            return []
        frames = round((until_s - self._filled_s) * self.rate_hz)
        self._filled_s = until_s
        silence = np.zeros((frames, self.device.native_channels), np.float32)
        return [Piece(silence, until_s, overflowed=False, dropped_frames=0)]
