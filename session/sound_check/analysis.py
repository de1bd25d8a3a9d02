"""Measures a captured check: level, clipping, speech, and where a played phrase lies in it. Pure."""

from __future__ import annotations

import msgspec
import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from capture.processing.level import level

_FLAT_TOP = 0.95
"""Share of the peak from which on a sample belongs to a flat top."""
_LEAST_CLIPPED_PEAK = 0.7
_EDGE_S = 0.25


class Analysis(msgspec.Struct, frozen=True):
    """What the samples of a check contain."""

    peak_dbfs: float
    clipped_share: float
    speech_s: float
    words: str | None
    """None where no model is installed."""
    phrase_at_s: float
    phrase_correlation: float
    model: str


def peak_dbfs(samples: Samples) -> float:
    """Return the peak, without the start, where offsets are still being removed."""
    return level(samples[round(_EDGE_S * SAMPLE_RATE) :])[1]


def clipped_share(samples: Samples) -> float:
    """Return the share of loud samples at the peak: 0.004 in speech, 0.18 if clipped by 10 dB.

    Resampling smooths clipped samples, so they are not at full scale any more, but their tops are flat.
    """
    loudness = np.abs(samples.astype(np.float32)) / 32768.0
    peak = float(loudness.max(initial=0.0))
    if peak < _LEAST_CLIPPED_PEAK:
        return 0.0
    loud = np.count_nonzero(loudness >= 0.5 * peak)
    return float(np.count_nonzero(loudness >= _FLAT_TOP * peak) / loud)


def find_phrase(samples: Samples, phrase: Samples) -> tuple[float, float]:
    """Return where the phrase begins in the samples, in seconds, and its correlation there, 0 to 1."""
    if len(samples) < len(phrase):
        return 0.0, 0.0
    captured, played = samples.astype(np.float64), phrase.astype(np.float64)
    size = len(captured) + len(played)
    products = np.fft.irfft(np.fft.rfft(captured, size) * np.conj(np.fft.rfft(played, size)), size)
    places = len(captured) - len(played) + 1
    energy = np.concatenate(([0.0], np.cumsum(captured**2)))
    windows = energy[len(played) :][:places] - energy[:places]
    quiet = 1e-3 * float(windows.max(initial=0.0)) + 1.0
    correlation = np.abs(products[:places]) / np.sqrt((windows + quiet) * np.sum(played**2))
    at = int(np.argmax(correlation))
    return at / SAMPLE_RATE, float(correlation[at])
