"""How late a recording's blocks were: a histogram of bounded size. Pure."""

from __future__ import annotations

import numpy as np

_BUCKET_MS = 0.1
_BUCKETS = 20_000  # 2 s; whatever is later counts as the last


class Lateness:
    """Keeps count of delays against due times."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BUCKETS, np.int64)
        self.max_ms = 0.0
        """The greatest delay."""

    def add(self, late_ns: int) -> None:
        """Count one delay; an early block counts as punctual."""
        late_ms = max(late_ns / 1e6, 0.0)
        self._counts[min(int(late_ms / _BUCKET_MS), _BUCKETS - 1)] += 1
        self.max_ms = max(self.max_ms, late_ms)

    def percentile_ms(self, percent: float) -> float:
        """Return the delay that so many percent of the blocks kept to, rounded up to a tenth; 0 for none."""
        total = int(self._counts.sum())
        if not total:
            return 0.0
        rank = np.searchsorted(np.cumsum(self._counts), total * percent / 100.0)
        return min(round((int(rank) + 1) * _BUCKET_MS, 1), self.max_ms)
