from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stt.window import FULL_FRAMES, fit, fitted_frames


@pytest.mark.parametrize(
    ("speech_s", "frames"), [(0.5, 1200), (9.0, 1200), (9.5, 1250), (20.0, 2300), (28.0, 3000), (60.0, 3000)]
)
def test_the_window_is_the_longer_of_twelve_seconds_and_speech_with_room(
    speech_s: float, frames: int
) -> None:
    assert fitted_frames(round(speech_s * 100), least_s=12, extra_s=3, mels=80) == frames


@given(st.integers(0, 4000), st.floats(0.1, 40), st.floats(0, 10), st.sampled_from([80, 128]))
def test_a_window_is_even_within_whispers_own_and_never_taken_for_raw_mel(
    speech_frames: int, least_s: float, extra_s: float, mels: int
) -> None:
    frames = fitted_frames(speech_frames, least_s=least_s, extra_s=extra_s, mels=mels)
    assert frames % 2 == 0
    assert 0 < frames <= FULL_FRAMES
    assert frames // 2 != mels, "CTranslate2 would encode such output a second time"


def test_padding_is_the_features_own_floor() -> None:
    features = np.array([[0.5, -0.2], [0.1, 0.9]], np.float32)
    padded = fit(features, 4)
    np.testing.assert_array_equal(padded[:, :2], features)
    assert (padded[:, 2:] == np.float32(-0.2)).all()


def test_what_is_longer_is_cut() -> None:
    assert fit(np.zeros((80, 50), np.float32), 20).shape == (80, 20)
