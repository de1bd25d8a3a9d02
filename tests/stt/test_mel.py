from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given, settings
from hypothesis import strategies as st

from stt.mel import GrowingMel, MelFrontEnd


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
def test_a_spectrogram_that_grew_equals_the_one_of_the_whole(
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
def test_what_came_after_the_end_of_a_stretch_does_not_show(seed: int, stop: int) -> None:
    noise = np.random.default_rng(seed).integers(-20_000, 20_000, 24_000).astype(np.int16)
    growing = GrowingMel(FRONT_END, 0)
    growing.extend(noise)
    np.testing.assert_allclose(growing.features(0, stop), FRONT_END(noise[:stop]), atol=1e-5)


def test_a_stretch_may_begin_within() -> None:
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
