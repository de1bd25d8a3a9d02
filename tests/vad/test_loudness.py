from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vad.loudness import AutomaticGain


def tone(peak: int, samples: int = 512) -> np.ndarray:
    return (peak * np.sin(np.arange(samples) / 5)).astype(np.int16)


def loudest(gain: AutomaticGain, peak: int, windows: int) -> int:
    for _ in range(windows):
        heard = gain(tone(peak))
    return int(np.abs(heard.astype(np.int32)).max())


def test_ordinary_speech_is_left_as_it_is() -> None:
    gain = AutomaticGain()
    np.testing.assert_array_equal(gain(tone(12_000)), tone(12_000))


def test_quiet_speech_is_brought_up_but_never_by_more_than_twenty_decibel() -> None:
    assert 7_500 < loudest(AutomaticGain(), 1_000, 10) <= 8_000
    assert 1_700 < loudest(AutomaticGain(), 180, 10) <= 1_800


def test_after_something_loud_the_quiet_is_heard_again_within_seconds() -> None:
    gain = AutomaticGain()
    loudest(gain, 30_000, 30)
    assert loudest(gain, 300, 2) <= 320
    assert loudest(gain, 300, 150) > 2_800


@given(st.lists(st.lists(st.integers(-32_768, 32_767), max_size=40), max_size=20))
def test_nothing_overflows_and_signs_are_kept(windows: list[list[int]]) -> None:
    gain = AutomaticGain()
    for window in windows:
        samples = np.array(window, np.int16)
        heard = gain(samples)
        assert heard.shape == samples.shape
        assert ((heard.astype(np.int32) * samples.astype(np.int32)) >= 0).all()
        assert (np.abs(heard.astype(np.int32)) >= np.abs(samples.astype(np.int32))).all()
