"""The curve of each system over its own knob, and its operating points.

The operating points are those of eot-bench. A system can look fast by ending turns early, or careful by
waiting; the curve shows both at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from livebench.results.pooling import Result

BUDGETS_S = (0.3, 0.6)
CUT_RATES = (0.05, 0.10)


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a knob. Times in seconds; infinite if some never came."""

    knob: str
    cut_rate: float
    """Share of labelled holds in which the system ended the turn."""
    turn_end_mean_s: float
    turn_end_p50_s: float
    final_p50_s: float
    final_p95_s: float
    seen_p50_s: float
    wer: float
    cpu_s_per_s: float


class OperatingPoints(msgspec.Struct, frozen=True, kw_only=True):
    """Best values over all points; None where no value of the knob reaches the budget."""

    system: str
    title: str
    cut_rate_at_s: dict[float, float | None]
    """Lowest cut rate with a turn end within so many seconds."""
    latency_at_cut_rate_s: dict[float, float | None]
    """Shortest time to the turn end with at most this cut rate."""


def curves(results: Sequence[Result]) -> dict[str, list[Point]]:
    """Return the points of each system with turn ends and holds, by rising cut rate."""
    found: dict[str, list[Point]] = {}
    for each in results:
        if each.turn_end_s and each.holds and not each.void:
            found.setdefault(each.system, []).append(_point(each))
    return {name: sorted(points, key=lambda point: point.cut_rate) for name, points in found.items()}


def operating_points(system: str, title: str, points: Sequence[Point], *, mean: bool) -> OperatingPoints:
    """Return the operating points of a curve.

    Args:
        system: Name of the system.
        title: Its title.
        points: Its curve.
        mean: Take the mean time to the turn end, as eot-bench does; it is infinite if one end never came.
            Otherwise the median.
    """

    def taken_s(point: Point) -> float:
        return point.turn_end_mean_s if mean else point.turn_end_p50_s

    return OperatingPoints(
        system=system,
        title=title,
        cut_rate_at_s={
            budget: min((each.cut_rate for each in points if taken_s(each) <= budget), default=None)
            for budget in BUDGETS_S
        },
        latency_at_cut_rate_s={
            rate: _finite(min((taken_s(each) for each in points if each.cut_rate <= rate), default=math.inf))
            for rate in CUT_RATES
        },
    )


def _point(result: Result) -> Point:
    assert result.turn_end_s
    return Point(
        knob=result.knob,
        cut_rate=result.held_cut / result.holds,
        turn_end_mean_s=result.turn_end_mean_s,
        turn_end_p50_s=result.turn_end_s.at["p50"],
        final_p50_s=result.final_s.at["p50"],
        final_p95_s=result.final_s.at["p95"],
        seen_p50_s=result.seen_s.at["p50"],
        wer=result.wer,
        cpu_s_per_s=result.cpu_s_per_s,
    )


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value
