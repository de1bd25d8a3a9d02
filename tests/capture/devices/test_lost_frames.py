"""What a device lost is told from arrival times: right in amount, and never made up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.devices.device_clock import DeviceClock

RATE = 48_000
PIECE = 960


def _lost(arrivals_s: list[float], overflow_at: int | None = None) -> int:
    clock = DeviceClock(RATE)
    return sum(
        clock.lost(arrived_s, PIECE, overflowed=index == overflow_at, dropped_frames=0)
        for index, arrived_s in enumerate(arrivals_s)
    )


def _steady(count: int, drift: float = 0.0, from_s: float = 100.0) -> list[float]:
    return [from_s + (index + 1) * PIECE / RATE * (1 + drift) for index in range(count)]


@settings(max_examples=30, deadline=None)
@given(drift=st.floats(-200e-6, 200e-6), seed=st.integers(0, 100))
def test_jitter_and_drift_are_no_loss(drift: float, seed: int) -> None:
    jitter_s = np.random.default_rng(seed).exponential(0.01, 5_000)
    assert _lost([a + j for a, j in zip(_steady(5_000, drift), jitter_s, strict=True)]) == 0


def test_a_stall_that_is_caught_up_with_is_no_loss() -> None:
    arrivals = _steady(500)
    stalled = [
        max(arrived_s, arrivals[300] if index > 150 else 0.0) for index, arrived_s in enumerate(arrivals)
    ]
    assert _lost(stalled) == 0
    assert _lost(stalled, overflow_at=151) == 0


@pytest.mark.parametrize("gap_s", [0.02, 0.1, 0.5, 7.0])
def test_a_reported_loss_is_measured(gap_s: float) -> None:
    arrivals = _steady(300)
    late = arrivals[:150] + [arrived_s + gap_s for arrived_s in arrivals[150:]]
    assert _lost(late, overflow_at=150) == pytest.approx(gap_s * RATE, abs=0.005 * RATE)


def test_a_great_loss_is_noticed_even_when_nobody_reports_it() -> None:
    arrivals = _steady(600)
    late = arrivals[:150] + [arrived_s + 2.0 for arrived_s in arrivals[150:]]
    assert _lost(late) == pytest.approx(2.0 * RATE, abs=0.005 * RATE)


def test_a_loss_amid_a_burst_counts_only_what_never_came() -> None:
    """Eight seconds of standstill, of which the sound server had kept five."""
    arrivals = _steady(900)
    woke_s = arrivals[150] + 8.0
    kept = [max(arrived_s + 3.0, woke_s) for arrived_s in arrivals[150:]]
    assert _lost(arrivals[:150] + kept, overflow_at=150) == pytest.approx(3.0 * RATE, abs=0.01 * RATE)


def test_what_found_no_room_is_lost_at_once() -> None:
    clock = DeviceClock(RATE)
    clock.lost(1.0, PIECE, overflowed=False, dropped_frames=0)
    assert clock.lost(1.0 + 3 * PIECE / RATE, PIECE, overflowed=False, dropped_frames=2 * PIECE) == 2 * PIECE
