"""Comparison of placements: ratios, intervals, noise and the recommendation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bench.cores.calibration import calibrate, disturbed
from bench.cores.judging import Comparison, Trial, compare, is_recommended, noise
from bench.cores.placements import DEFAULTS, Placement
from livebench.playing.load import usable_cores

OTHER = Placement("other", niceness={"stt": 0})
UTTERANCES = 20


def trials(
    placement: Placement,
    factor: float,
    *,
    seed: int = 1,
    rounds: int = 4,
    wer: float = 0.05,
    spread: float = 0.1,
) -> list[Trial]:
    """Return runs whose utterances differ from each other, and by chance from run to run."""
    base_s = np.random.default_rng(7).uniform(0.2, 0.8, UTTERANCES)
    chance = np.random.default_rng(seed)
    return [
        Trial(
            placement=placement,
            round=number,
            latencies_s={
                str(name): [float(value * factor * chance.lognormal(0, spread))]
                for name, value in enumerate(base_s)
            },
            cpu=0.5 * factor,
            wer=wer,
            late_ms=1.0,
            is_late=False,
            pace_s=0.03,
        )
        for number in range(rounds)
    ]


def compared(defaults: Sequence[Trial], other: Sequence[Trial]) -> Comparison:
    found = compare(defaults, other)
    assert found is not None
    return found


def test_the_same_runs_have_a_ratio_of_one_and_the_defaults_stay() -> None:
    runs = trials(DEFAULTS, 1.0)
    found = compared(runs, runs)
    assert (found.p50.low, found.p50.value, found.p50.high) == (1.0, 1.0, 1.0)
    assert not is_recommended(found, noise(runs))


def test_a_fifth_sooner_is_recommended_with_its_ratio_inside_the_interval() -> None:
    defaults = trials(DEFAULTS, 1.0)
    found = compared(defaults, trials(OTHER, 0.8, seed=2))
    assert found.p50.low < 0.8 < found.p50.high < 1.0
    assert found.cpu.value == 0.8
    assert is_recommended(found, noise(defaults))


def test_chance_alone_is_hardly_ever_recommended() -> None:
    wrong = 0
    for seed in range(20):
        defaults = trials(DEFAULTS, 1.0, seed=100 + seed)
        found = compared(defaults, trials(OTHER, 1.0, seed=200 + seed))
        wrong += is_recommended(found, noise(defaults))
    assert wrong <= 2


def test_what_is_within_the_noise_of_the_defaults_is_not_recommended() -> None:
    defaults = trials(DEFAULTS, 1.0)
    found = compared(defaults, trials(OTHER, 0.8, seed=2))
    assert not is_recommended(found, (1.5, 1.5))


def test_sooner_with_more_errors_or_missing_finals_is_not_recommended() -> None:
    defaults, own_noise = trials(DEFAULTS, 1.0), (1.0, 1.0)
    assert not is_recommended(compared(defaults, trials(OTHER, 0.8, wer=0.06)), own_noise)
    missing = trials(OTHER, 0.8)
    missing[0].latencies_s["0"][0] = math.inf  # type: ignore[index]
    found = compared(defaults, missing)
    assert found.missing_difference == 1
    assert not is_recommended(found, own_noise)


def test_two_rounds_are_too_few_for_a_recommendation() -> None:
    defaults = trials(DEFAULTS, 1.0)
    found = compared(defaults[:2], trials(OTHER, 0.5))
    assert found.p50.is_better
    assert not is_recommended(found, (1.0, 1.0))


def test_rounds_without_a_pair_do_not_count() -> None:
    defaults, other = trials(DEFAULTS, 1.0), trials(OTHER, 0.8)
    assert compared(defaults[:2], other).rounds == 2
    assert compare(defaults[:2], other[2:]) is None


def test_a_slow_calibration_voids_its_run() -> None:
    assert disturbed([0.030, 0.031, 0.050, 0.032]) == [False, False, True, False]
    assert disturbed([]) == []


def test_a_calibration_leaves_the_cores_as_they_were() -> None:
    before = usable_cores()
    assert calibrate(before[:1]) > 0
    assert usable_cores() == before
