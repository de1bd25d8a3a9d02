"""Tests of drift correction and of the detection of lost frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.audio import SAMPLE_RATE
from capture.devices.clock_recovery import DriftCorrection, LossDetector, stretched

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
    loss_detector, drift_correction = LossDetector(RATE), DriftCorrection()
    corrected, errors_s = 0, []
    for number, late_s in enumerate(jitter_s):
        captured_s = (number + 1) * PIECE_S * (1 + drift)
        arrived_s = 50.0 + captured_s + late_s
        if stall_at is not None and 0 <= number - stall_at < 50:
            arrived_s = 50.0 + (stall_at + 50) * PIECE_S * (1 + drift)
        lost = loss_detector.lost(arrived_s, PIECE, overflowed=False, dropped_frames=0)
        assert lost == 0
        corrected += drift_correction.stretch(arrived_s, loss_detector.delay_s)
        errors_s.append((number + 1) * PIECE_S + corrected / SAMPLE_RATE - captured_s)
    return np.array(errors_s)


@settings(max_examples=6, deadline=None)
@given(
    drift=st.floats(-300e-6, 300e-6),
    jitter_s=st.floats(0.0, 0.01),
    seed=st.integers(0, 100),
    stall_at=st.none() | st.integers(0, 25_000),
)
def test_ring_stays_within_20_ms_of_the_sample_clock(
    drift: float, jitter_s: float, seed: int, stall_at: int | None
) -> None:
    ten_minutes = round(600 / PIECE_S)
    jitter = np.random.default_rng(seed).exponential(jitter_s, ten_minutes)
    assert np.abs(_errors_s(drift, jitter, stall_at)).max() < 0.020


@pytest.mark.long
@pytest.mark.parametrize("drift", [-200e-6, 200e-6])
def test_drift_of_two_hours_is_corrected(drift: float) -> None:
    two_hours_s = 7200.0
    assert two_hours_s * abs(drift) > 1.4
    errors_s = _errors_s(drift, np.zeros(round(two_hours_s / PIECE_S)))
    assert np.abs(errors_s).max() < 0.010


def test_accurate_clock_is_not_corrected() -> None:
    drift_correction = DriftCorrection()
    jitter_s = np.random.default_rng(1).exponential(0.003, 30_000)
    stretches = [
        drift_correction.stretch((number + 1) * PIECE_S + late_s, late_s)
        for number, late_s in enumerate(jitter_s)
    ]
    assert not any(stretches)


@pytest.mark.parametrize("by", [-1, 0, 1])
def test_stretch_changes_length_inaudibly(by: int) -> None:
    tone = (8_000 * np.sin(2 * np.pi * 400 * np.arange(320) / SAMPLE_RATE)).astype(np.int16)
    longer = stretched(tone, by)
    assert len(longer) == 320 + by
    assert longer.dtype == np.int16
    least = min(len(longer), len(tone))
    assert np.abs(longer[:least].astype(int) - tone[:least]).max() < 0.2 * 8_000
    assert (longer[0], longer[-1]) == (tone[0], tone[-1])


def test_short_piece_is_not_stretched() -> None:
    assert len(stretched(np.zeros(1, np.int16), -1)) == 1
    assert len(stretched(np.zeros(0, np.int16), 1)) == 0


def _lost(arrivals_s: list[float], overflow_at: int | None = None) -> int:
    loss_detector = LossDetector(RATE)
    return sum(
        loss_detector.lost(arrived_s, PIECE, overflowed=index == overflow_at, dropped_frames=0)
        for index, arrived_s in enumerate(arrivals_s)
    )


def _steady(count: int, drift: float = 0.0, from_s: float = 100.0) -> list[float]:
    return [from_s + (index + 1) * PIECE / RATE * (1 + drift) for index in range(count)]


@settings(max_examples=30, deadline=None)
@given(drift=st.floats(-200e-6, 200e-6), seed=st.integers(0, 100))
def test_jitter_and_drift_are_not_loss(drift: float, seed: int) -> None:
    jitter_s = np.random.default_rng(seed).exponential(0.01, 5_000)
    assert _lost([a + j for a, j in zip(_steady(5_000, drift), jitter_s, strict=True)]) == 0


def test_stall_without_loss_is_not_loss() -> None:
    arrivals = _steady(500)
    stalled = [
        max(arrived_s, arrivals[300] if index > 150 else 0.0) for index, arrived_s in enumerate(arrivals)
    ]
    assert _lost(stalled) == 0
    assert _lost(stalled, overflow_at=151) == 0


@pytest.mark.parametrize("gap_s", [0.02, 0.1, 0.5, 7.0])
def test_reported_loss_is_measured(gap_s: float) -> None:
    arrivals = _steady(300)
    late = arrivals[:150] + [arrived_s + gap_s for arrived_s in arrivals[150:]]
    assert _lost(late, overflow_at=150) == pytest.approx(gap_s * RATE, abs=0.005 * RATE)


def test_large_unreported_loss_is_detected() -> None:
    arrivals = _steady(600)
    late = arrivals[:150] + [arrived_s + 2.0 for arrived_s in arrivals[150:]]
    assert _lost(late) == pytest.approx(2.0 * RATE, abs=0.005 * RATE)


def test_loss_within_a_burst_counts_only_missing_frames() -> None:
    """Eight seconds of standstill, of which the sound server had kept five."""
    arrivals = _steady(900)
    woke_s = arrivals[150] + 8.0
    kept = [max(arrived_s + 3.0, woke_s) for arrived_s in arrivals[150:]]
    assert _lost(arrivals[:150] + kept, overflow_at=150) == pytest.approx(3.0 * RATE, abs=0.01 * RATE)


def test_dropped_frames_are_lost_at_once() -> None:
    loss_detector = LossDetector(RATE)
    loss_detector.lost(1.0, PIECE, overflowed=False, dropped_frames=0)
    assert (
        loss_detector.lost(1.0 + 3 * PIECE / RATE, PIECE, overflowed=False, dropped_frames=2 * PIECE)
        == 2 * PIECE
    )
