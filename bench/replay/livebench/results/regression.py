"""Compares results with recorded ones of the same machine, stream and weights, ratio by ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from livebench.results.pooling import Result

_LIMITS = {
    "final p50": 1.05,
    "final p95": 1.10,
    "settled p50": 1.05,
    "settled p95": 1.10,
    "seen p50": 1.05,
    "seen p95": 1.10,
    "turn end p50": 1.05,
}
_SPREADS = {"final": "final_s", "settled": "settled_s", "seen": "seen_s", "turn end": "turn_end_s"}
_CPU_LIMIT, _MEMORY_LIMIT = 1.10, 1.10
_WER_LIMIT = 0.005
"""Word errors may rise by so many of each word."""
_CUT_LIMIT = 0.05
"""Shares of turns and holds that are cut may rise by so much."""


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """One figure, now and before."""

    name: str
    before: float
    now: float
    limit: float
    """Largest ratio that is no regression; for shares, the largest difference."""
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
        kind, quantile = name.rsplit(maxsplit=1)
        old, new = getattr(before, _SPREADS[kind]), getattr(now, _SPREADS[kind])
        if old and new:
            found.append(_latency(name, limit, old.at[quantile], new.at[quantile], old.between[quantile][1]))
    for name, was, is_now, most in (
        ("WER", before.wer, now.wer, _WER_LIMIT),
        ("WER then", before.wer_then, now.wer_then, _WER_LIMIT),
        ("missing", _missing(before), _missing(now), 0.0),
        ("cut turns", before.cut_share or 0.0, now.cut_share or 0.0, _CUT_LIMIT),
        ("cut holds", _share(before), _share(now), _CUT_LIMIT),
    ):
        found.append(
            Ratio(name=name, before=was, now=is_now, limit=most, is_worse=is_now - was > most + 1e-9)
        )
    for name, was, is_now, limit in (
        ("CPU s/s", before.cpu_s_per_s, now.cpu_s_per_s, _CPU_LIMIT),
        ("MB", before.peak_rss_mb, now.peak_rss_mb, _MEMORY_LIMIT),
    ):
        found.append(Ratio(name=name, before=was, now=is_now, limit=limit, is_worse=is_now > was * limit))
    return found


def _latency(name: str, limit: float, was: float, is_now: float, top: float) -> Ratio:
    outside = is_now > top or math.isinf(top)
    worse = is_now > was and outside and (math.isinf(is_now) or is_now - was > abs(was) * (limit - 1))
    return Ratio(name=name, before=was, now=is_now, limit=limit, is_worse=worse)


def _missing(result: Result) -> float:
    return result.final_s.missing / result.final_s.count


def _share(result: Result) -> float:
    return result.held_cut / result.holds if result.holds else 0.0


def matching(recorded: Sequence[Result], now: Result) -> Result | None:
    """Return the recorded result of the same system, knob, machine, stream, load and weights."""
    same = ("system", "knob", "machine", "node_class", "stream", "load", "weights_sha256")
    for each in recorded:
        if all(getattr(each, name) == getattr(now, name) for name in same) and not each.void:
            return each
    return None
