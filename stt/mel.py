"""Whisper's mel front end: from samples to log-mel frames, in numpy.

Equal to faster-whisper's FeatureExtractor to 1e-5 (a test compares them); ours because importing that
package loads PyAV and more, which a process that only reads a ring does not need.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bus.ring import SAMPLE_RATE, Samples

FRAME_SAMPLES = 160
"""One mel frame: 10 ms."""

_FFT_SAMPLES = 400
_DYNAMIC_RANGE = 8.0
"""In powers of ten: what is fainter than the loudest by more than this is raised to that floor."""

_MEL_MAX = 45.245640471924965  # 8 kHz on Slaney's scale
_LINEAR_HZ_PER_MEL = 200.0 / 3
_LOG_FROM_HZ = 1000.0

Features = NDArray[np.float32]


class MelFrontEnd:
    """Log-mel spectrogram as Whisper was trained on.

    Args:
        mels: Bands: 80, or 128 for large-v3 and its kin.
    """

    def __init__(self, mels: int) -> None:
        self.mels = mels
        self._filters = _slaney_filters(mels)
        self._window = np.hanning(_FFT_SAMPLES + 1)[:-1].astype(np.float32)

    def __call__(self, samples: Samples) -> Features:
        """Return the normalised log-mel frames of `samples`.

        Args:
            samples: int16, shape (n,), 16 kHz; n > 200.

        Returns:
            float32, shape (mels, n // 160 + 1).
        """
        waveform = samples.astype(np.float32) / 32_768
        padded = np.pad(np.pad(waveform, (0, FRAME_SAMPLES)), _FFT_SAMPLES // 2, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT_SAMPLES)[::FRAME_SAMPLES]
        power = np.abs(np.fft.rfft(frames * self._window)[:-1]) ** 2
        mel = self._filters @ power.T.astype(np.float32)
        logarithm = np.log10(np.maximum(mel, 1e-10))
        floored = np.maximum(logarithm, logarithm.max() - _DYNAMIC_RANGE)
        features: Features = ((floored + 4.0) / 4.0).astype(np.float32)
        return features


def _slaney_filters(mels: int) -> Features:
    """Return triangular filters, evenly spaced on Slaney's mel scale, each of unit area."""
    edges = _hz(np.linspace(0.0, _MEL_MAX, mels + 2))
    bins_hz = np.fft.rfftfreq(_FFT_SAMPLES, 1 / SAMPLE_RATE)
    widths = np.diff(edges)[:, None]
    distance = edges[:, None] - bins_hz[None, :]
    rising, falling = -distance[:-2] / widths[:-1], distance[2:] / widths[1:]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Slaney's scale: linear up to 1 kHz, logarithmic above."""
    log_from_mel = _LOG_FROM_HZ / _LINEAR_HZ_PER_MEL
    logarithmic = _LOG_FROM_HZ * np.exp(np.log(6.4) / 27.0 * (mel - log_from_mel))
    return np.where(mel < log_from_mel, mel * _LINEAR_HZ_PER_MEL, logarithmic)
