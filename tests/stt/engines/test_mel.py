"""Tests of the mel front end, the growing spectrogram and the encoder window."""

from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given, settings
from hypothesis import strategies as st

from stt.engines.mel import FULL_FRAMES, GrowingMel, MelFrontEnd, fit, fitted_frames


@pytest.mark.parametrize("mels", [80, 128])
@given(seed=st.integers(0, 1000), samples=st.integers(1600, 40_000), loudness=st.floats(1, 30_000))
@settings(max_examples=20, deadline=None)
def test_equals_faster_whispers_front_end(mels: int, seed: int, samples: int, loudness: float) -> None:
    noise = (np.random.default_rng(seed).uniform(-loudness, loudness, samples)).astype(np.int16)
    expected = FeatureExtractor(feature_size=mels)(noise.astype(np.float32) / 32_768)
    np.testing.assert_allclose(MelFrontEnd(mels)(noise), expected, atol=1e-5)


FRONT_END = MelFrontEnd(80)


@given(
    seed=st.integers(0, 1000),
    pieces=st.lists(st.integers(0, 9_000), min_size=1, max_size=8),
    start_sample=st.integers(0, 10**9),
)
@settings(max_examples=60, deadline=None)
def test_growing_spectrogram_equals_that_of_all_samples(
    seed: int, pieces: list[int], start_sample: int
) -> None:
    noise = np.random.default_rng(seed).integers(-20_000, 20_000, sum(pieces) + 1600).astype(np.int16)
    growing = GrowingMel(FRONT_END, start_sample)
    for size in [*pieces, 1600]:
        at = growing.stop_sample - start_sample
        growing.extend(noise[at : at + size])
    expected = FeatureExtractor()(noise.astype(np.float32) / 32_768)
    np.testing.assert_allclose(growing.features(start_sample, growing.stop_sample), expected, atol=1e-5)


@given(seed=st.integers(0, 1000), stop=st.integers(1_600, 20_000))
@settings(max_examples=40, deadline=None)
def test_later_samples_do_not_change_features(seed: int, stop: int) -> None:
    noise = np.random.default_rng(seed).integers(-20_000, 20_000, 24_000).astype(np.int16)
    growing = GrowingMel(FRONT_END, 0)
    growing.extend(noise)
    np.testing.assert_allclose(growing.features(0, stop), FRONT_END(noise[:stop]), atol=1e-5)


def test_features_may_begin_in_mid_utterance() -> None:
    noise = np.random.default_rng(0).integers(-20_000, 20_000, 24_000).astype(np.int16)
    growing = GrowingMel(FRONT_END, 1_000)
    growing.extend(noise)
    rest = growing.features(1_000 + 16_050, growing.stop_sample)
    assert rest.shape == (80, 51)
    np.testing.assert_allclose(rest[:, 2:], FRONT_END(noise[16_000:])[:, 2:], atol=1e-4)


def test_silence_has_finite_features() -> None:
    features = MelFrontEnd(80)(np.zeros(16_000, np.int16))
    assert features.shape == (80, 101)
    assert np.isfinite(features).all()


@pytest.mark.parametrize(
    ("speech_s", "frames"), [(0.5, 1200), (9.0, 1200), (9.5, 1250), (20.0, 2300), (28.0, 3000), (60.0, 3000)]
)
def test_window_is_at_least_the_minimum_and_speech_with_padding(speech_s: float, frames: int) -> None:
    assert fitted_frames(round(speech_s * 100), least_s=12, extra_s=3, mels=80) == frames


@given(st.integers(0, 4000), st.floats(0.1, 40), st.floats(0, 10), st.sampled_from([80, 128]))
def test_window_is_even_and_never_mistaken_for_raw_mel(
    speech_frames: int, least_s: float, extra_s: float, mels: int
) -> None:
    frames = fitted_frames(speech_frames, least_s=least_s, extra_s=extra_s, mels=mels)
    assert frames % 2 == 0
    assert 0 < frames <= FULL_FRAMES
    assert frames // 2 != mels, "CTranslate2 would encode such output a second time"


def test_padding_is_the_minimum_of_the_features() -> None:
    features = np.array([[0.5, -0.2], [0.1, 0.9]], np.float32)
    padded = fit(features, 4)
    np.testing.assert_array_equal(padded[:, :2], features)
    assert (padded[:, 2:] == np.float32(-0.2)).all()


def test_longer_features_are_cut() -> None:
    assert fit(np.zeros((80, 50), np.float32), 20).shape == (80, 20)
