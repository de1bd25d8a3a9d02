"""How far a device's clock has run away from the sample clock, and the samples that bring it back. Pure.

A converter's crystal is off by up to some hundred parts in a million: a third of a second in an hour, and
another third for the other source. So the delay of the pieces, of late and when the device was opened, is
compared, and one sample is put in or left out now and then, spread over a piece, which nobody hears.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from bus.audio import SAMPLE_RATE, Samples

WINDOW_S = 10.0
"""Delays are judged by windows of this length."""

_WINDOWS = 3
_LOW_PERCENTILE = 10  # delays jitter upwards; the least of all may be a piece that was held for another
_TOLERATED_S = 0.002
_NUDGE_EVERY_S = 0.1  # 625 parts in a million, more than any crystal


class Drift:
    """Follows one opening of one device."""

    def __init__(self) -> None:
        self._delays_s: list[float] = []
        self._window_began_s: float | None = None
        self._lows_s: deque[float] = deque(maxlen=_WINDOWS)
        self._at_first_s: float | None = None
        self._made_up_samples = 0
        self._nudged_at_s = 0.0

    @property
    def drifted_s(self) -> float:
        """How far the samples in the ring lag behind the time at which they were due."""
        if self._at_first_s is None:
            return 0.0
        return float(np.median(self._lows_s)) - self._at_first_s - self._made_up_samples / SAMPLE_RATE

    def nudge(self, arrived_s: float, delay_s: float) -> int:
        """Return by how many samples a piece is to be made longer: 1, 0 or -1.

        Args:
            arrived_s: Monotonic time at which the piece came.
            delay_s: That, less the time that its device's frames make up to its end.
        """
        self._take(arrived_s, delay_s)
        drifted_s = self.drifted_s
        if abs(drifted_s) < _TOLERATED_S or arrived_s - self._nudged_at_s < _NUDGE_EVERY_S:
            return 0
        self._nudged_at_s = arrived_s
        by = 1 if drifted_s > 0 else -1
        self._made_up_samples += by
        return by

    def _take(self, arrived_s: float, delay_s: float) -> None:
        if self._window_began_s is None:
            self._window_began_s = arrived_s
        self._delays_s.append(delay_s)
        if arrived_s - self._window_began_s < WINDOW_S:
            return
        low_s = float(np.percentile(self._delays_s, _LOW_PERCENTILE))
        if self._at_first_s is None:
            self._at_first_s = low_s
        self._lows_s.append(low_s)
        self._delays_s, self._window_began_s = [], arrived_s


def nudged(samples: Samples, by: int) -> Samples:
    """Return a piece drawn out, or together, to so many samples more."""
    if not by or len(samples) <= abs(by) + 1:
        return samples
    places = np.linspace(0, len(samples) - 1, len(samples) + by)
    return np.rint(np.interp(places, np.arange(len(samples)), samples)).astype(np.int16)
