"""Automatic gain: amplifies quiet speech for the detector.

Silero misses speech 30 dB below ordinary loudness, especially after something loud. The ring does not
change. Pure.
"""

from __future__ import annotations

import math

import numpy as np

from bus.audio import SAMPLE_RATE, Samples

_TARGET_PEAK = 8_000
_MAX_GAIN = 10.0
"""20 dB; more amplifies noise into detections (`bench/LOG.md`)."""
_PEAK_DECAY_S = 1.0


class AutomaticGain:
    """Tracks the peak of a source and amplifies it where it is quiet."""

    def __init__(self) -> None:
        self._peak = 1.0

    def __call__(self, samples: Samples) -> Samples:
        """Return the window, amplified.

        Args:
            samples: int16, shape (n,).
        """
        if not len(samples):
            return samples
        peak = max(abs(int(samples.max())), abs(int(samples.min())), 1)
        decayed = self._peak * math.exp(-len(samples) / SAMPLE_RATE / _PEAK_DECAY_S)
        self._peak = max(peak, decayed)
        gain = min(max(_TARGET_PEAK / self._peak, 1.0), _MAX_GAIN)
        # The peak of this window times the gain is at most the target: nothing overflows.
        return samples if gain == 1.0 else (samples * np.float32(gain)).astype(np.int16)
