"""Stream of a device, and the buffer between its audio callback and the loop.

The callback only copies: no lock, no logging, no allocation to speak of. The producer moves only `_written`
and `_marked`, the consumer only `_read` and `_taken`; each stores after its work, and the GIL keeps the
order.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from capture.devices.clock_recovery import DriftCorrection, LossDetector
from capture.devices.device import Device
from capture.processing.sanitize import Frames

_BUFFER_S = 4.0
BLOCK_MS = 10
"""Length of the blocks that are requested: with 20 ms, a sample comes into the ring up to 31 ms late."""

_LONGEST_DELAY_S = 0.1
_START_S = 0.05
"""Time of the first pieces, from which the time of the first frame is estimated."""

_PIECES = 2048


@dataclass(frozen=True, slots=True)
class Piece:
    """The frames of one callback."""

    frames: Frames
    arrived_s: float
    """Monotonic time of arrival."""
    overflowed: bool
    """Whether the driver reports lost frames before this piece."""
    dropped_frames: int
    """Frames before this piece for which the buffer had no room."""


class CallbackBuffer:
    """Preallocated ring buffer with one producer and one consumer.

    Args:
        frames: Capacity.
        channels: Channels of each frame.
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
        """Copy frames into the buffer; without room they are dropped and counted. For the producer."""
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
        """Return the pieces since the last call. For the consumer."""
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


@dataclass(frozen=True)
class _StartClock:
    """Estimate of when the first frame was converted, from the first pieces."""

    began_s: float
    """When the first of them arrived."""
    frames: int
    soonest_s: float
    """Latest time at which the first frame can have been converted."""
    delay_s: float
    """Least delay of the device beyond that."""

    def then(self, piece: _StartClock, rate_hz: int) -> _StartClock:
        """Return the estimate with the next piece, of which `piece` is the estimate alone."""
        return _StartClock(
            self.began_s,
            self.frames + piece.frames,
            min(self.soonest_s, piece.soonest_s - self.frames / rate_hz),
            min(self.delay_s, piece.delay_s),
        )


class BufferedStream:
    """A stream whose callback calls `_put`; each system opens and closes it.

    Args:
        device: The device that is opened.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self.rate_hz = device.native_rate_hz
        self._loss_detector, self._drift = LossDetector(self.rate_hz), DriftCorrection()
        self._buffer = CallbackBuffer(round(_BUFFER_S * self.rate_hz), device.native_channels)
        self._start: _StartClock | None = None
        self.received_s = time.monotonic()
        """When the last frames arrived."""
        self.first_captured_s: float | None = None
        """Monotonic time at which the first frame was converted; None before it has arrived."""
        self.ended = ""
        """Why no more frames come; empty while they may come."""
        self.moved_to = ""
        """Name of the device to which the system moved the stream."""

    @property
    def next_s(self) -> float:
        """When more frames are expected."""
        return self.received_s + BLOCK_MS / 1000

    def take(self) -> list[tuple[Piece, int, int]]:
        """Return the pieces since the last call.

        Returns:
            Each piece, the frames lost before it, and the 16 kHz samples to add to it against clock drift.
        """
        return [(piece, *self._recover(piece)) for piece in self._buffer.take()]

    def _recover(self, piece: Piece) -> tuple[int, int]:
        lost_frames = self._loss_detector.lost(
            piece.arrived_s,
            len(piece.frames),
            overflowed=piece.overflowed,
            dropped_frames=piece.dropped_frames,
        )
        return lost_frames, self._drift.stretch(piece.arrived_s, self._loss_detector.delay_s)

    def _start_clock(self, now_s: float, delay_s: float, frames: int) -> None:
        """Set when the first frame was converted, once enough pieces have come; call it before `_put`.

        A busy computer delivers the first pieces late and at once. No frame comes before it was converted, so
        the piece that came soonest counts. Some drivers give no delay, or a wrong one at first: the smallest
        counts.

        Args:
            now_s: Monotonic time at which the piece arrived.
            delay_s: How long before that its first frame was converted, as the driver says; 0 if unknown.
            frames: Its length.
        """
        length_s = frames / self.rate_hz
        start = _StartClock(
            began_s=now_s,
            frames=frames,
            soonest_s=now_s - length_s,
            delay_s=max(delay_s - length_s, 0.0),
        )
        self._start = start if self._start is None else self._start.then(start, self.rate_hz)
        if now_s - self._start.began_s >= _START_S:
            self.first_captured_s = self._start.soonest_s - min(self._start.delay_s, _LONGEST_DELAY_S)

    def _put(self, frames: Frames, arrived_s: float, *, overflowed: bool) -> None:
        self._buffer.put(frames, arrived_s, overflowed)
        self.received_s = arrived_s
