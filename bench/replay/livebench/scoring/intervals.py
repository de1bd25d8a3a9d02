"""Percentiles with missing values as infinity, and their confidence intervals.

The bootstrap draws utterances, not single values: several runs' values of one utterance stay together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

SHARES = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99, "max": 1.0}
_DRAWS = 2000
_SURE = 0.95


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Distribution of a quantity over utterances, in its own unit."""

    count: int
    missing: int
    """Number of infinite values."""
    at: dict[str, float]
    """Value by name: p50, p90, p95, p99, max. Infinite if too many are missing."""
    between: dict[str, tuple[float, float]]
    """The 95 % interval of each except the maximum, which a bootstrap cannot estimate."""


def spread(values: Sequence[Sequence[float]], seed: int = 0) -> Spread | None:
    """Return the distribution of values; None if there are none.

    Args:
        values: For each utterance the values of all runs; infinity for missing ones.
        seed: Makes the bootstrap repeatable.
    """
    groups = [np.asarray(group, np.float64) for group in values if len(group)]
    if not groups:
        return None
    pooled = np.concatenate(groups)
    draws = _draws(groups, np.random.default_rng(seed))
    tail = (1 - _SURE) / 2
    between = {}
    for name, share in SHARES.items():
        if name != "max":
            ends = np.sort([quantile(draw, share) for draw in draws])
            low, high = math.floor(tail * len(ends)), math.ceil((1 - tail) * len(ends)) - 1
            between[name] = (float(ends[low]), float(ends[high]))
    return Spread(
        count=len(pooled),
        missing=int(np.isinf(pooled).sum()),
        at={name: quantile(pooled, share) for name, share in SHARES.items()},
        between=between,
    )


def quantile(values: Sequence[float] | np.ndarray, share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of the values do not exceed."""
    ordered = np.sort(np.asarray(values, np.float64))
    return float(ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)])


def _draws(groups: list[np.ndarray], chance: np.random.Generator) -> list[np.ndarray]:
    count = len(groups)
    return [
        np.concatenate([groups[chosen] for chosen in chance.integers(0, count, count)]) for _ in range(_DRAWS)
    ]
