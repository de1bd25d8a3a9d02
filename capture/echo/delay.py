"""Estimates the delay at which a microphone repeats the computer's own sound.

Generalized cross-correlation with phase transform (GCC-PHAT), averaged over about two seconds. Pure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE

Mono = NDArray[np.float32]

HOP = 4_096
"""Samples of the microphone between two estimates."""

LONGEST_DELAY = 8_192
"""Longest delay that is found: 0.5 s."""

SPAN = 2 * LONGEST_DELAY
"""Samples of both sources that an estimate reads."""

_KEPT = 0.8  # share of the earlier average
_ACTIVE = 1e-3  # -60 dBFS
_BAND_HZ = (200.0, 6_000.0)
_CLEAR = 9.0  # peak over the standard deviation; 8000 lags of noise reach about 4
_HOPS_TO_DETECT = 2
_HOPS_TO_END = 60  # 15 s in which the reference has sound
_SAME_DELAY = 32
_MICROPHONE_WINDOW = np.hanning(LONGEST_DELAY)  # hard edges would correlate with each other
_REFERENCE_WINDOW = np.sqrt(np.hanning(SPAN))
_SHORTEST_DELAY = 16  # 1 ms: no loudspeaker is nearer; recordings of two channels leak at 0


class DelayEstimator:
    """Finds one source in another.

    `delay` is None until an echo is found, and again when the reference was not repeated for 15 s of sound.
    """

    def __init__(self) -> None:
        frequencies = np.fft.rfftfreq(SPAN, 1 / SAMPLE_RATE)
        self._band = (frequencies > _BAND_HZ[0]) & (frequencies < _BAND_HZ[1])
        self._average = np.zeros(len(frequencies), np.complex128)
        self._candidate = -1
        self._seen = self._missed = 0
        self.delay: int | None = None
        """Samples from the reference to its echo."""
        self.clarity = 0.0
        """Height of the newest peak in standard deviations."""

    def update(self, microphone: Mono, reference: Mono) -> None:
        """Process the newest SPAN samples of both; call it every HOP samples."""
        heard = microphone[LONGEST_DELAY:]
        if _rms(reference) < _ACTIVE:
            return
        if _rms(heard) < _ACTIVE:
            self._judge(None)
            return
        padded = np.concatenate((np.zeros(LONGEST_DELAY, np.float32), heard * _MICROPHONE_WINDOW))
        cross = np.fft.rfft(padded) * np.conj(np.fft.rfft(reference * _REFERENCE_WINDOW))
        self._average = _KEPT * self._average + np.where(self._band, cross / (np.abs(cross) + 1e-12), 0.0)
        lags = np.fft.irfft(self._average)[:LONGEST_DELAY]
        peak = _SHORTEST_DELAY + int(np.argmax(lags[_SHORTEST_DELAY:]))
        self.clarity = float(lags[peak] / (np.std(lags) + 1e-12))
        self._judge(peak if self.clarity >= _CLEAR else None)

    def _judge(self, peak: int | None) -> None:
        """Accept a clear peak that stays where it is; give up an echo that is not found for long."""
        if peak is None:
            self._seen, self._missed = 0, self._missed + 1
            if self._missed >= _HOPS_TO_END:
                self.delay = None
            return
        self._missed = 0
        self._seen = self._seen + 1 if abs(peak - self._candidate) <= _SAME_DELAY else 1
        self._candidate = peak
        if self._seen >= _HOPS_TO_DETECT:
            self.delay = peak


def _rms(samples: Mono) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))
