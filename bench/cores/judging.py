"""Compares placements with the defaults: ratios, their intervals, and a recommendation. Pure.

Runs are paired by round and utterance. The bootstrap draws rounds and utterances, the same for both sides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from bench.cores.placements import Placement
from livebench.scoring.intervals import quantile

_DRAWS = 1000
_TAIL = 0.025
_WORSE_LATENCY = 1.05
"""A placement that improves one latency may worsen the other by this factor at most."""
_WORSE_WER = 0.005
_LEAST_ROUNDS = 3
"""Fewer rounds say nothing of how runs differ."""

ReadLatency = Callable[[Sequence[float]], float]


@dataclass(frozen=True)
class Trial:
    """Result of one run with one placement."""

    placement: Placement
    round: int
    latencies_s: Mapping[str, Sequence[float]]
    """True end of speech to final by utterance; infinity where it is missing."""
    cpu: float
    """CPU seconds a second of audio."""
    wer: float
    late_ms: float
    """Delay of the replay, 99th percentile."""
    pace_s: float
    """Of the calibration before it."""
    is_late: bool
    """Whether the replay was too late to count."""
    cpu_by_stage: Mapping[str, float] = field(default_factory=dict)


class Ratio(msgspec.Struct, frozen=True):
    """A figure of a placement divided by that of the defaults, with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_better(self) -> bool:
        """Whether the whole interval is below 1."""
        return self.high < 1.0

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f}–{self.high:.2f})"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One placement against the defaults, over the rounds in which both count."""

    name: str
    rounds: int
    p50: Ratio
    p95: Ratio
    cpu: Ratio
    wer_difference: float
    missing_difference: int
    """How many more finals are missing than with the defaults."""

    @property
    def score(self) -> float:
        """Geometric mean of both latency ratios, to choose what is confirmed."""
        return math.sqrt(self.p50.value * self.p95.value)


def compare(defaults: Sequence[Trial], other: Sequence[Trial], seed: int = 0) -> Comparison | None:
    """Compare the trials of a placement with those of the defaults; None if no round has both."""
    by_round = {each.round: each for each in defaults}
    pairs = [(by_round[each.round], each) for each in other if each.round in by_round]
    if not pairs:
        return None
    left, right = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return Comparison(
        name=other[0].placement.name,
        rounds=len(pairs),
        p50=_latency_ratio(left, right, 0.50, seed),
        p95=_latency_ratio(left, right, 0.95, seed),
        cpu=_cpu_ratio(left, right, seed),
        wer_difference=_mean([each.wer for each in right]) - _mean([each.wer for each in left]),
        missing_difference=_missing(right) - _missing(left),
    )


def noise(defaults: Sequence[Trial]) -> tuple[float, float]:
    """Return by which factor the defaults differ from themselves: p50 and p95, each 1 or more.

    Every second run is compared with the runs between them; 1 if there are fewer than two.
    """
    halves = defaults[0::2], defaults[1::2]
    if not halves[1]:
        return 1.0, 1.0
    p50, p95 = (_factor(*(_pooled(half, share) for half in halves)) for share in (0.50, 0.95))
    return p50, p95


def is_recommended(found: Comparison, own_noise: tuple[float, float]) -> bool:
    """Tell whether a placement is better than the defaults beyond the noise, and costs nothing.

    A latency is better if its interval is below 1 and its ratio is farther from 1 than the defaults are from
    themselves, over at least three rounds. The other latency, the word errors and the missing finals must not
    be worse.
    """
    better = [
        ratio.is_better and _factor(1.0, ratio.value) > factor
        for ratio, factor in zip((found.p50, found.p95), own_noise, strict=True)
    ]
    harmless = max(found.p50.value, found.p95.value) <= _WORSE_LATENCY
    accurate = found.wer_difference <= _WORSE_WER and found.missing_difference <= 0
    return any(better) and harmless and accurate and found.rounds >= _LEAST_ROUNDS


def _latency_ratio(left: Sequence[Trial], right: Sequence[Trial], share: float, seed: int) -> Ratio:
    names = sorted({name for each in (*left, *right) for name in each.latencies_s})
    chance = np.random.default_rng(seed)
    drawn = []
    for _ in range(_DRAWS):
        rounds = chance.integers(0, len(left), len(left))
        chosen = [names[number] for number in chance.integers(0, len(names), len(names))]
        pools = [_values([side[number] for number in rounds], chosen) for side in (left, right)]
        if all(pools):
            drawn.append(_divided(quantile(pools[1], share), quantile(pools[0], share)))
    return _ratio(_divided(_pooled(right, share), _pooled(left, share)), drawn)


def _cpu_ratio(left: Sequence[Trial], right: Sequence[Trial], seed: int) -> Ratio:
    chance = np.random.default_rng(seed)
    costs = np.array([[each.cpu for each in side] for side in (left, right)])
    drawn = []
    for _ in range(_DRAWS):
        means = costs[:, chance.integers(0, len(left), len(left))].mean(axis=1)
        drawn.append(_divided(float(means[1]), float(means[0])))
    means = costs.mean(axis=1)
    return _ratio(_divided(float(means[1]), float(means[0])), drawn)


def _ratio(value: float, drawn: Sequence[float]) -> Ratio:
    return (
        Ratio(value, quantile(drawn, _TAIL), quantile(drawn, 1 - _TAIL))
        if drawn
        else Ratio(value, 0, math.inf)
    )


def _divided(value: float, by: float) -> float:
    """Return the ratio of two times; two missing ones are equal."""
    if value == by:
        return 1.0
    return value / by if by > 0 and math.isfinite(by) else (0.0 if math.isinf(by) else math.inf)


def _factor(one: float, other: float) -> float:
    ratio = _divided(one, other)
    return max(ratio, 1 / ratio) if ratio > 0 else math.inf


def _pooled(trials: Sequence[Trial], share: float) -> float:
    names = sorted({name for each in trials for name in each.latencies_s})
    values = _values(trials, names)
    return quantile(values, share) if values else math.inf


def _values(trials: Sequence[Trial], names: Sequence[str]) -> list[float]:
    return [value for each in trials for name in names for value in each.latencies_s.get(name, ())]


def _missing(trials: Sequence[Trial]) -> int:
    return sum(
        math.isinf(value) for each in trials for values in each.latencies_s.values() for value in values
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
