"""Automatic gain for the detector: quiet speech is brought up before it is judged.

Silero was trained on speech of ordinary loudness and overhears what is 30 dB fainter, above all after
something loud. Only the detector hears the result; the ring is not touched. Pure.
"""

from __future__ import annotations

import math

import numpy as np

from bus.audio import SAMPLE_RATE, Samples

_WANTED_PEAK = 8_000
_GAIN_AT_MOST = 10.0
"""20 dB: more would bring up noise, and was measured to (`bench/LOG.md`)."""
_FORGET_AFTER_S = 1.0


class AutomaticGain:
    """Follows how loud a source is and brings it up where it is quiet."""

    def __init__(self) -> None:
        self._peak = 1.0

    def __call__(self, samples: Samples) -> Samples:
        """Return the window as the detector should hear it.

        Args:
            samples: int16, shape (n,).
        """
        if not len(samples):
            return samples
        peak = max(abs(int(samples.max())), abs(int(samples.min())), 1)
        faded = self._peak * math.exp(-len(samples) / SAMPLE_RATE / _FORGET_AFTER_S)
        self._peak = max(peak, faded)
        gain = min(max(_WANTED_PEAK / self._peak, 1.0), _GAIN_AT_MOST)
        # The peak of this window times the gain is the wanted peak at most: nothing can overflow.
        return samples if gain == 1.0 else (samples * np.float32(gain)).astype(np.int16)
