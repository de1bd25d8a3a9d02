"""A device whose clock is wrong: the ring keeps to the sample clock all the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.audio import SAMPLE_RATE
from capture.devices.device_clock import DeviceClock
from capture.devices.drift import Drift, nudged

RATE = 48_000
PIECE = 960
PIECE_S = PIECE / RATE


def _errors_s(drift: float, jitter_s: np.ndarray, stall_at: int | None = None) -> np.ndarray:
    """Return how far the ring is from the sample clock after each piece.

    Args:
        drift: By how much the device's second is longer than ours.
        jitter_s: Of each piece.
        stall_at: The piece at which everything stands still for a second; what came is then given in a burst.
    """
    clock, follower = DeviceClock(RATE), Drift()
    made_up, errors_s = 0, []
    for number, late_s in enumerate(jitter_s):
        captured_s = (number + 1) * PIECE_S * (1 + drift)
        arrived_s = 50.0 + captured_s + late_s
        if stall_at is not None and 0 <= number - stall_at < 50:
            arrived_s = 50.0 + (stall_at + 50) * PIECE_S * (1 + drift)
        lost = clock.lost(arrived_s, PIECE, overflowed=False, dropped_frames=0)
        assert lost == 0
        made_up += follower.nudge(arrived_s, clock.delay_s)
        errors_s.append((number + 1) * PIECE_S + made_up / SAMPLE_RATE - captured_s)
    return np.array(errors_s)


@settings(max_examples=6, deadline=None)
@given(
    drift=st.floats(-300e-6, 300e-6),
    jitter_s=st.floats(0.0, 0.01),
    seed=st.integers(0, 100),
    stall_at=st.none() | st.integers(0, 25_000),
)
def test_the_ring_keeps_within_20_ms_of_the_sample_clock(
    drift: float, jitter_s: float, seed: int, stall_at: int | None
) -> None:
    ten_minutes = round(600 / PIECE_S)
    jitter = np.random.default_rng(seed).exponential(jitter_s, ten_minutes)
    assert np.abs(_errors_s(drift, jitter, stall_at)).max() < 0.020


def test_without_the_correction_it_would_not() -> None:
    hour_s = 3600.0
    assert hour_s * 100e-6 > 0.3
    errors_s = _errors_s(100e-6, np.zeros(round(hour_s / PIECE_S)))
    assert np.abs(errors_s).max() < 0.006


def test_a_device_that_keeps_time_is_left_alone() -> None:
    follower = Drift()
    jitter_s = np.random.default_rng(1).exponential(0.003, 30_000)
    nudges = [
        follower.nudge((number + 1) * PIECE_S + late_s, late_s) for number, late_s in enumerate(jitter_s)
    ]
    assert not any(nudges)


@pytest.mark.parametrize("by", [-1, 0, 1])
def test_a_nudge_changes_the_length_and_nothing_that_is_heard(by: int) -> None:
    tone = (8_000 * np.sin(2 * np.pi * 400 * np.arange(320) / SAMPLE_RATE)).astype(np.int16)
    longer = nudged(tone, by)
    assert len(longer) == 320 + by
    assert longer.dtype == np.int16
    least = min(len(longer), len(tone))
    assert np.abs(longer[:least].astype(int) - tone[:least]).max() < 0.2 * 8_000
    assert (longer[0], longer[-1]) == (tone[0], tone[-1])


def test_what_is_too_short_is_left_as_it_is() -> None:
    assert len(nudged(np.zeros(1, np.int16), -1)) == 1
    assert len(nudged(np.zeros(0, np.int16), 1)) == 0
