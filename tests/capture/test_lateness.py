"""Lateness: percentiles that are right to a tenth of a millisecond, in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.lateness import Lateness


def test_nothing_was_late_when_nothing_was_counted() -> None:
    assert (Lateness().percentile_ms(99), Lateness().max_ms) == (0.0, 0.0)


def test_early_counts_as_punctual() -> None:
    lateness = Lateness()
    lateness.add(-5_000_000)
    assert lateness.max_ms == 0.0


@given(st.lists(st.integers(0, 1_900_000_000), min_size=1, max_size=200))
def test_percentiles_are_right_to_a_tenth(delays_ns: list[int]) -> None:
    lateness = Lateness()
    for delay_ns in delays_ns:
        lateness.add(delay_ns)
    true_ms = np.percentile(np.array(delays_ns) / 1e6, 99, method="inverted_cdf")
    assert lateness.percentile_ms(99) == pytest.approx(true_ms, abs=0.11)
    assert lateness.max_ms == max(delays_ns) / 1e6
