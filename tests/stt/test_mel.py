from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given, settings
from hypothesis import strategies as st

from stt.mel import MelFrontEnd


@pytest.mark.parametrize("mels", [80, 128])
@given(seed=st.integers(0, 1000), samples=st.integers(1600, 40_000), loudness=st.floats(1, 30_000))
@settings(max_examples=20, deadline=None)
def test_equals_faster_whispers_front_end(mels: int, seed: int, samples: int, loudness: float) -> None:
    noise = (np.random.default_rng(seed).uniform(-loudness, loudness, samples)).astype(np.int16)
    expected = FeatureExtractor(feature_size=mels)(noise.astype(np.float32) / 32_768)
    np.testing.assert_allclose(MelFrontEnd(mels)(noise), expected, atol=1e-5)


def test_silence_has_finite_features() -> None:
    features = MelFrontEnd(80)(np.zeros(16_000, np.int16))
    assert features.shape == (80, 101)
    assert np.isfinite(features).all()
