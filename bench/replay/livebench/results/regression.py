"""Compares results with recorded ones of the same machine, stream and weights, ratio by ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from livebench.results.pooling import Result

_LIMITS = {"final p50": 1.05, "final p95": 1.10, "seen p50": 1.05, "seen p95": 1.10}
_CPU_LIMIT, _MEMORY_LIMIT = 1.10, 1.10
_WER_LIMIT = 0.005
"""Word errors may rise by so many of each word."""


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """One figure, now and before."""

    name: str
    before: float
    now: float
    limit: float
    """Largest ratio that is no regression; for word errors, the largest difference."""
    is_worse: bool

    @property
    def ratio(self) -> float:
        """Now by before."""
        return self.now / self.before if self.before else math.inf if self.now else 1.0


def ratios(before: Result, now: Result) -> list[Ratio]:
    """Return every figure with its limit.

    A latency is worse if it is above its limit and outside the interval that was recorded.
    """
    found = []
    for name, limit in _LIMITS.items():
        kind, quantile = name.split()
        old, new = getattr(before, f"{kind}_s"), getattr(now, f"{kind}_s")
        was, is_now, top = old.at[quantile], new.at[quantile], old.between[quantile][1]
        worse = is_now > top and (math.isinf(is_now) or is_now - was > abs(was) * (limit - 1))
        found.append(Ratio(name=name, before=was, now=is_now, limit=limit, is_worse=worse))
    errors = now.wer - before.wer
    found.append(
        Ratio(name="WER", before=before.wer, now=now.wer, limit=_WER_LIMIT, is_worse=errors > _WER_LIMIT)
    )
    for name, was, is_now, limit in (
        ("CPU s/s", before.cpu_s_per_s, now.cpu_s_per_s, _CPU_LIMIT),
        ("MB", before.peak_rss_mb, now.peak_rss_mb, _MEMORY_LIMIT),
    ):
        found.append(Ratio(name=name, before=was, now=is_now, limit=limit, is_worse=is_now > was * limit))
    lost = float(now.final_s.missing), float(before.final_s.missing)
    found.append(Ratio(name="missing", before=lost[1], now=lost[0], limit=1.0, is_worse=lost[0] > lost[1]))
    return found


def matching(recorded: Sequence[Result], now: Result) -> Result | None:
    """Return the recorded result of the same system, knob, machine, stream, load and weights."""
    same = ("system", "knob", "machine", "stream", "load", "weights")
    for each in recorded:
        if all(getattr(each, name) == getattr(now, name) for name in same) and not each.void:
            return each
    return None
