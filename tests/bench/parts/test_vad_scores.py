"""Comparison of a detector with labels."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.parts.vad_scores import marked, off_lags_ms, on_lags_ms, precision_recall, predicted

SECOND = 16_000.0
WINDOW = 512  # 32 ms


def test_frames_of_labels_and_of_windows() -> None:
    assert marked([(160.0, 480.0)], 5).tolist() == [False, True, True, False, False]
    assert predicted([0.9, 0.1], 480, 7).tolist() == [True, True, True, False, False, False, False]


def test_precision_and_recall() -> None:
    truth, transcribed = np.array([1, 1, 1, 0], np.bool_), np.array([1, 1, 0, 1], np.bool_)
    precision, recall, f1 = precision_recall(truth, transcribed)
    assert (round(precision, 3), round(recall, 3), round(f1, 3)) == (0.667, 0.667, 0.667)
    assert precision_recall(truth, np.zeros(4, np.bool_)) == (0.0, 0.0, 0.0)


def test_lags_run_to_the_end_of_the_deciding_window() -> None:
    speech = [(0.5 * SECOND, 1.0 * SECOND), (2.0 * SECOND, 3.0 * SECOND)]
    windows = np.arange(round(4 * SECOND) // WINDOW) * WINDOW / SECOND
    exact = [0.9 if 0.5 <= at < 1.0 or 2.0 <= at < 3.0 else 0.1 for at in windows]
    for lag in off_lags_ms(speech, exact, WINDOW, round(4 * SECOND)) + on_lags_ms(speech, exact, WINDOW):
        assert 32 <= lag < 64


def test_a_missed_pause_is_infinitely_late() -> None:
    speech = [(0.0, SECOND), (1.5 * SECOND, 2 * SECOND)]
    assert off_lags_ms(speech, [0.9] * 62, WINDOW, round(2 * SECOND)) == [math.inf]


def test_a_pause_shorter_than_a_fifth_of_a_second_is_none() -> None:
    speech = [(0.0, SECOND), (1.1 * SECOND, 2 * SECOND)]
    assert off_lags_ms(speech, [0.1] * 62, WINDOW, round(2 * SECOND)) == []
    assert on_lags_ms(speech, [0.9] * 62, WINDOW) == []


@given(st.lists(st.floats(0, 1), min_size=63, max_size=63))
def test_a_lag_is_bounded_by_its_pause_and_a_window(
    decisions: list[float],
) -> None:
    speech = [(0.3 * SECOND, 0.9 * SECOND), (1.4 * SECOND, 1.9 * SECOND)]
    for lag in off_lags_ms(speech, decisions, WINDOW, round(2 * SECOND)):
        assert math.isinf(lag) or 0 < lag <= 500 + 32
