"""Adaptive filter: learns how loudspeakers and room turn the reference into its echo.

A partitioned-block frequency-domain Kalman filter (Enzner and Vary 2006, Kuech et al. 2014). Its step size
follows from the error's spectrum, so speech of the user does not disturb what it has learned. Pure.
"""

from __future__ import annotations

import numpy as np

from capture.echo.delay import Mono

BLOCK = 512
"""Samples of one adaptation."""

PARTITIONS = 12
TAPS = BLOCK * PARTITIONS
"""Length of the learned response: 384 ms."""

LONGEST_CHUNK = 1_024
_FFT = 8_192  # holds TAPS + LONGEST_CHUNK
_KEEPS = 0.9999  # of the response from block to block: rooms change slowly
_FIRST_VARIANCE = 0.1
_ERROR_KEPT = 0.8


class AdaptiveFilter:
    """Learns a response and predicts the echo with it."""

    def __init__(self) -> None:
        bins = BLOCK + 1
        self._spectra = np.zeros((PARTITIONS, bins), np.complex128)
        self._weights = np.zeros((PARTITIONS, bins), np.complex128)
        self._variance = np.full((PARTITIONS, bins), _FIRST_VARIANCE)
        self._error_power = np.zeros(bins)
        self._response = np.fft.rfft(np.zeros(_FFT))

    def predict(self, reference: Mono) -> Mono:
        """Return the echo of the newest samples.

        Args:
            reference: TAPS - 1 earlier samples, then those whose echo is wanted, at most LONGEST_CHUNK.
        """
        echo = np.fft.irfft(np.fft.rfft(reference, _FFT) * self._response, _FFT)
        return echo[TAPS - 1 : len(reference)].astype(np.float32)

    def learn(self, microphone: Mono, reference: Mono) -> None:
        """Adapt to one block.

        Args:
            microphone: BLOCK samples.
            reference: The BLOCK samples before them, then the same BLOCK samples, of the reference.
        """
        self._spectra = np.roll(self._spectra, 1, axis=0)
        self._spectra[0] = np.fft.rfft(reference)
        echo = np.fft.irfft(np.sum(self._weights * self._spectra, axis=0))[BLOCK:]
        error = np.fft.rfft(np.concatenate((np.zeros(BLOCK), microphone - echo)))
        self._error_power = _ERROR_KEPT * self._error_power + (1 - _ERROR_KEPT) * np.abs(error) ** 2
        power = np.abs(self._spectra) ** 2
        total = np.sum(power * self._variance, axis=0) + 2 * self._error_power + 1e-9
        gain = self._variance * np.conj(self._spectra) / total
        step = np.fft.irfft(gain * error, axis=1)
        step[:, BLOCK:] = 0.0
        self._weights = _KEEPS * (self._weights + np.fft.rfft(step, axis=1))
        kept = 1 - 0.5 * self._variance * power / total
        self._variance = _KEEPS**2 * kept * self._variance + (1 - _KEEPS**2) * np.abs(self._weights) ** 2
        taps = np.fft.irfft(self._weights, axis=1)[:, :BLOCK].reshape(-1)
        self._response = np.fft.rfft(taps, _FFT)
