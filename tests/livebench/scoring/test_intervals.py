"""Percentiles, missing values and bootstrap intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livebench.scoring.intervals import quantile, spread

values = st.lists(st.floats(-10, 10) | st.just(math.inf), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 2.0), (0.51, 3.0), (0.75, 3.0), (0.95, 4.0), (1.0, 4.0), (0.0, 1.0)]
)
def test_a_quantile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert quantile([4.0, 1.0, 3.0, 2.0], share) == value


@given(values, st.floats(0.01, 1.0))
def test_at_least_the_share_lies_at_or_below_its_quantile(measured: list[float], share: float) -> None:
    at = quantile(measured, share)
    assert sum(value <= at for value in measured) >= share * len(measured) - 1e-6
    assert sum(value < at for value in measured) < share * len(measured) + 1e-6


def test_what_is_missing_is_later_than_everything() -> None:
    found = spread([[0.3], [0.4], [math.inf], [0.5]])
    assert found
    assert found.missing == 1
    assert found.at["p50"] == 0.4
    assert math.isinf(found.at["p95"])
    assert math.isinf(found.at["max"])


def test_nothing_measured_has_no_spread() -> None:
    assert spread([]) is None
    assert spread([[], []]) is None


@pytest.mark.long
@given(st.lists(values, min_size=1, max_size=6))
def test_intervals_contain_their_percentile_within_the_data(groups: list[list[float]]) -> None:
    found = spread(groups)
    assert found
    pooled = [value for group in groups for value in group]
    assert found.count == len(pooled)
    ordered = list(found.at.values())
    assert ordered == sorted(ordered)
    for low, high in found.between.values():
        assert min(pooled) <= low <= high <= max(pooled)


def test_the_same_values_have_the_same_interval() -> None:
    groups = [[0.1], [0.4], [0.2], [0.9]]
    assert spread(groups) == spread(groups)
