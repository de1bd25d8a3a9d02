"""Between the audio callback and the loop: a buffer with one producer and one consumer, made beforehand.

The callback copies and leaves: no lock, no logging, nothing allocated worth speaking of. The producer
moves only `_written` and `_marked`, the consumer only `_read` and `_taken`; each stores after its work is
done, and Python's own lock keeps the order. What finds no room is dropped and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capture.processing.sanitize import Frames

_PIECES = 2048


@dataclass(frozen=True, slots=True)
class Piece:
    """What one callback brought."""

    frames: Frames
    arrived_s: float
    """Monotonic time at which it came."""
    overflowed: bool
    """Whether the driver said that it lost frames before this piece."""
    dropped_frames: int
    """Frames before this piece that found no room here."""


class CallbackBuffer:
    """Room for some seconds of frames.

    Args:
        frames: How many frames fit.
        channels: Channels of each.
    """

    def __init__(self, frames: int, channels: int) -> None:
        self._samples = np.zeros((frames, channels), np.float32)
        self._sizes = [0] * _PIECES
        self._times_s = [0.0] * _PIECES
        self._overflows = [False] * _PIECES
        self._drops = [0] * _PIECES
        self._written = self._marked = self._read = self._taken = 0
        self._dropped = 0
        self._overflowed = False

    def put(self, frames: Frames, arrived_s: float, overflowed: bool) -> None:
        """Copy what came; for the producer."""
        count, capacity = len(frames), len(self._samples)
        self._overflowed |= overflowed
        if self._written - self._read + count > capacity or self._marked - self._taken >= _PIECES:
            self._dropped += count
            return
        at = self._written % capacity
        first = min(count, capacity - at)
        self._samples[at : at + first] = frames[:first]
        self._samples[: count - first] = frames[first:]
        slot = self._marked % _PIECES
        self._sizes[slot], self._times_s[slot] = count, arrived_s
        self._overflows[slot], self._drops[slot] = self._overflowed, self._dropped
        self._overflowed, self._dropped = False, 0
        self._written += count
        self._marked += 1

    def take(self) -> list[Piece]:
        """Return what came since the last call; for the consumer."""
        pieces = []
        while self._taken < self._marked:
            slot, capacity = self._taken % _PIECES, len(self._samples)
            count, at = self._sizes[slot], self._read % capacity
            first = min(count, capacity - at)
            frames = np.concatenate((self._samples[at : at + first], self._samples[: count - first]))
            pieces.append(Piece(frames, self._times_s[slot], self._overflows[slot], self._drops[slot]))
            self._read += count
            self._taken += 1
        return pieces
