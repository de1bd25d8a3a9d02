"""Mel filters of Whisper's spectrogram: Slaney's scale, triangles of equal area."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
FFT_SAMPLES = 400

_LINEAR_HZ = 200.0 / 3
"""Width of a mel below the corner."""
_CORNER_HZ = 1000.0
_CORNER_MEL = _CORNER_HZ / _LINEAR_HZ
_STEP = np.log(6.4) / 27
"""Natural logarithm of the ratio between neighbours above the corner."""


def mel_filters(bands: int) -> NDArray[np.float32]:
    """Return `bands` rows of 201 weights, one a frequency of the 400-sample transform."""
    frequencies = np.linspace(0, SAMPLE_RATE / 2, FFT_SAMPLES // 2 + 1)
    edges = _hertz(np.linspace(0, _mel(SAMPLE_RATE / 2), bands + 2))
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequencies - low) / (centre - low), (high - frequencies) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)
    return triangles.astype(np.float32)


def _mel(hertz: float) -> float:
    if hertz < _CORNER_HZ:
        return hertz / _LINEAR_HZ
    return float(_CORNER_MEL + np.log(hertz / _CORNER_HZ) / _STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _CORNER_HZ * np.exp(_STEP * (mels - _CORNER_MEL))
    return np.where(mels < _CORNER_MEL, mels * _LINEAR_HZ, above)
