"""Tests of the levels of load."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stt.load import LEVELS, Load


def loaded(*spans: tuple[float, float], passes: int = 1) -> Load:
    """Return the load after spans of pass time, each with the share of a core that passes got."""
    load, now_s, cpu_s = Load(), 0.0, 0.0
    load.update(now_s, cpu_s, passes)
    for seconds, share in spans:
        for _ in range(round(seconds / 0.1 / passes)):
            now_s, cpu_s = now_s + 0.1, cpu_s + 0.1 * share * passes
            load.update(now_s, cpu_s, passes)
    return load


@pytest.mark.parametrize(("share", "level"), [(1.0, 0), (0.8, 0), (0.65, 1), (0.5, 2), (0.3, 3)])
@pytest.mark.parametrize("passes", [1, 2])
def test_less_of_a_core_is_a_deeper_level(share: float, level: int, passes: int) -> None:
    assert loaded((60, share), passes=passes).level is LEVELS[level]


def test_short_disturbance_changes_nothing() -> None:
    assert loaded((5, 1.0), (1, 0.3), (5, 1.0)).level is LEVELS[0]


def test_level_is_left_after_some_time_without_load() -> None:
    assert loaded((60, 0.5), (20, 1.0)).level is LEVELS[2]
    assert loaded((60, 0.5), (45, 1.0)).level is LEVELS[1]
    assert loaded((60, 0.5), (60, 1.0)).level is LEVELS[0]


def test_time_before_a_pass_is_not_its_own() -> None:
    load, cpu_s = Load(), 0.0
    for second in range(60):
        load.update(second, cpu_s, 0)
        load.update(second + 0.5, cpu_s, 1)  # a pass has just begun
        cpu_s += 0.2
        load.update(second + 0.7, cpu_s, 1)
    assert load.level is LEVELS[0]


def test_idle_time_says_nothing() -> None:
    load = loaded((60, 0.5))
    level = load.level
    for second in range(100, 200):
        load.update(second, 12.0, 0)
    assert load.level is level


def test_user_is_told_of_each_deeper_level_and_of_the_end() -> None:
    assert loaded((60, 1.0)).report() is None
    load = loaded((60, 0.5))
    report = load.report()
    assert report is not None
    assert report.problem.endswith(LEVELS[2].report)
    assert load.report() is None
    now_s, cpu_s = 1_000.0, 1_000.0
    load.update(now_s, cpu_s, 0)
    reports = []
    for _ in range(900):
        now_s, cpu_s = now_s + 0.1, cpu_s + 0.1
        load.update(now_s, cpu_s, 1)
        reports.append(load.report())
    assert [each.problem for each in reports if each] == ["the processor is free again"]


def test_each_level_leaves_out_more() -> None:
    for level, deeper in pairwise(LEVELS):
        assert deeper.share_below < level.share_below
        assert deeper.partial_spacing >= level.partial_spacing
        assert (deeper.beam or math.inf) <= (level.beam or math.inf)
        assert level.revises or not deeper.revises


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 1))))
def test_level_is_always_one_of_the_ladder(spans: list[tuple[float, float]]) -> None:
    assert loaded(*spans).level in LEVELS
