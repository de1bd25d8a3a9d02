"""Mel filters against those of faster-whisper."""

from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from livebench.weights.mel import mel_filters


@pytest.mark.parametrize("bands", [80, 128])
def test_filters_are_those_that_whisper_was_trained_with(bands: int) -> None:
    expected = FeatureExtractor(feature_size=bands).mel_filters
    np.testing.assert_allclose(mel_filters(bands), expected, atol=1e-8)
