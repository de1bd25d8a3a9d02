"""Tests of the automatic gain."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vad.loudness import AutomaticGain


def tone(peak: int, samples: int = 512) -> np.ndarray:
    return (peak * np.sin(np.arange(samples) / 5)).astype(np.int16)


def loudest(gain: AutomaticGain, peak: int, windows: int) -> int:
    for _ in range(windows):
        amplified = gain(tone(peak))
    return int(np.abs(amplified.astype(np.int32)).max())


def test_ordinary_speech_is_unchanged() -> None:
    gain = AutomaticGain()
    np.testing.assert_array_equal(gain(tone(12_000)), tone(12_000))


def test_quiet_speech_is_amplified_by_at_most_20_db() -> None:
    assert 7_500 < loudest(AutomaticGain(), 1_000, 10) <= 8_000
    assert 1_700 < loudest(AutomaticGain(), 180, 10) <= 1_800


def test_gain_recovers_within_seconds_after_loud_audio() -> None:
    gain = AutomaticGain()
    loudest(gain, 30_000, 30)
    assert loudest(gain, 300, 2) <= 320
    assert loudest(gain, 300, 150) > 2_800


@given(st.lists(st.lists(st.integers(-32_768, 32_767), max_size=40), max_size=20))
def test_gain_never_overflows_or_changes_signs(windows: list[list[int]]) -> None:
    gain = AutomaticGain()
    for window in windows:
        samples = np.array(window, np.int16)
        amplified = gain(samples)
        assert amplified.shape == samples.shape
        assert ((amplified.astype(np.int32) * samples.astype(np.int32)) >= 0).all()
        assert (np.abs(amplified.astype(np.int32)) >= np.abs(samples.astype(np.int32))).all()
