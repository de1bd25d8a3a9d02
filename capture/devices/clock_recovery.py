"""Clock recovery: detects frames that a device lost, and corrects the drift of its clock.

Both work on the delay of a piece: its arrival time minus the duration of all frames up to its end. Pure: the
times are passed in.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from bus.audio import SAMPLE_RATE, Samples

_DRIFT = 500e-6
_SETTLED_S = 0.3
_REPORTED_JUMP_S = 0.005
"""Smallest loss that is accepted when the driver reports an overflow."""
_SILENT_JUMP_S = 0.25
"""Smallest loss that is accepted when it does not."""
_SILENT_SETTLED_S = 1.0

WINDOW_S = 10.0
"""Length of the windows in which delays are compared."""

_WINDOWS = 3
_LOW_PERCENTILE = 10  # jitter only adds delay; the very lowest may be a piece that was held back for another
_TOLERATED_S = 0.002
_STRETCH_EVERY_S = 0.1  # 625 parts in a million, more than any crystal


class LossDetector:
    """Detects lost frames of one opened device.

    Delays jitter, a stalled program gets held-back frames in a burst, and the device's clock drifts. So the
    reference is the smallest recent delay, which may drift slowly; only a delay that stays above it is a
    loss. A loss is returned up to a second after it happened.

    Args:
        rate_hz: The device's rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._frames = 0
        self.delay_s = 0.0
        """Delay of the newest piece."""
        self._least_delay_s: float | None = None
        self._reported = False
        self._jump_s = 0.0  # smallest jump since it began
        self._jumped_at_s: float | None = None

    def lost(self, arrived_s: float, frames: int, *, overflowed: bool, dropped_frames: int) -> int:
        """Return how many frames are missing before the end of a piece.

        Args:
            arrived_s: Monotonic time at which the piece arrived.
            frames: Its length.
            overflowed: Whether the driver reports a loss before it.
            dropped_frames: Frames before it for which the buffer had no room.
        """
        self._frames += dropped_frames + frames
        delay_s = arrived_s - self._frames / self._rate_hz
        if self._least_delay_s is None:
            self._least_delay_s = delay_s
        self._reported |= overflowed
        lost = self._settled_loss(delay_s - self._least_delay_s, arrived_s)
        self._frames += lost
        self.delay_s = delay_s - lost / self._rate_hz
        drifted_s = self._least_delay_s + _DRIFT * frames / self._rate_hz
        self._least_delay_s = min(drifted_s, self.delay_s)
        return dropped_frames + lost

    def _settled_loss(self, jump_s: float, arrived_s: float) -> int:
        """Return the lost frames of a jump in the delay, once it has settled."""
        if jump_s <= (_REPORTED_JUMP_S if self._reported else _SILENT_JUMP_S):
            if self._jumped_at_s is not None:  # a stall, after which all frames arrived
                self._reported, self._jumped_at_s = False, None
            return 0
        if self._jumped_at_s is None:
            self._jumped_at_s, self._jump_s = arrived_s, jump_s
        self._jump_s = min(self._jump_s, jump_s)
        if arrived_s - self._jumped_at_s < (_SETTLED_S if self._reported else _SILENT_SETTLED_S):
            return 0
        self._reported, self._jumped_at_s = False, None
        return round(self._jump_s * self._rate_hz)


class DriftCorrection:
    """Corrects the clock drift of one opened device.

    Crystals are off by up to some hundred parts in a million, a third of a second in an hour. The recent
    delay is compared with the first one, and single samples are inserted or removed, spread over a piece.
    """

    def __init__(self) -> None:
        self._delays_s: list[float] = []
        self._window_began_s: float | None = None
        self._lows_s: deque[float] = deque(maxlen=_WINDOWS)
        self._first_low_s: float | None = None
        self._corrected_samples = 0
        self._stretched_at_s = 0.0

    @property
    def drifted_s(self) -> float:
        """How far the samples in the ring lag behind the time at which they were due."""
        if self._first_low_s is None:
            return 0.0
        return float(np.median(self._lows_s)) - self._first_low_s - self._corrected_samples / SAMPLE_RATE

    def stretch(self, arrived_s: float, delay_s: float) -> int:
        """Return the number of samples to add to a piece: 1, 0 or -1.

        Args:
            arrived_s: Monotonic time at which the piece arrived.
            delay_s: Its delay.
        """
        self._add(arrived_s, delay_s)
        drifted_s = self.drifted_s
        if abs(drifted_s) < _TOLERATED_S or arrived_s - self._stretched_at_s < _STRETCH_EVERY_S:
            return 0
        self._stretched_at_s = arrived_s
        by = 1 if drifted_s > 0 else -1
        self._corrected_samples += by
        return by

    def _add(self, arrived_s: float, delay_s: float) -> None:
        if self._window_began_s is None:
            self._window_began_s = arrived_s
        self._delays_s.append(delay_s)
        if arrived_s - self._window_began_s < WINDOW_S:
            return
        low_s = float(np.percentile(self._delays_s, _LOW_PERCENTILE))
        if self._first_low_s is None:
            self._first_low_s = low_s
        self._lows_s.append(low_s)
        self._delays_s, self._window_began_s = [], arrived_s


def stretched(samples: Samples, by: int) -> Samples:
    """Return a piece, resampled to have `by` more samples."""
    if not by or len(samples) <= abs(by) + 1:
        return samples
    positions = np.linspace(0, len(samples) - 1, len(samples) + by)
    return np.rint(np.interp(positions, np.arange(len(samples)), samples)).astype(np.int16)
