"""Echo canceller of one microphone: detects an echo, then subtracts it.

Until an echo is detected, and wherever the reference is missing, samples pass bit for bit. It adds no delay:
the response learned so far is applied to each chunk. Pure.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from capture.echo.adaptive_filter import BLOCK, LONGEST_CHUNK, TAPS, AdaptiveFilter
from capture.echo.delay import HOP, SPAN, DelayEstimator, Mono
from capture.processing.sanitize import as_int16

Read = Callable[[int, int], "Samples | None"]
"""Returns samples [start, stop) of the reference on the microphone's clock; None where some are missing."""

_LATE = 1_600
"""How far estimates stay behind (0.1 s), because the reference may come later than the microphone."""

_EARLY = 400
"""How much earlier the response begins (25 ms): the estimated delay may be that of a reflection."""

_FAR_OFF = 320  # 20 ms: the delay has changed by more than the response covers well
_RESIDUE = 0.06  # share of the predicted echo's power that subtraction leaves
_SMOOTHED = round(0.03 * SAMPLE_RATE)
_LEAST_GAIN = 0.03


class EchoCanceller:
    """Removes the echo of a reference.

    Args:
        read: Reads the reference.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._estimator = DelayEstimator()
        self._filter = AdaptiveFilter()
        self._past = np.zeros(SPAN + _LATE, np.float32)
        """The newest samples of the microphone as captured."""
        self._stop = 0
        self._estimated = self._learned = 0
        """Samples up to which delay and response were estimated."""
        self._base: int | None = None
        """Delay at which the response begins."""
        self._echo_power = self._left_power = 0.0

    @property
    def delay_ms(self) -> float | None:
        """Delay of the echo; None while there is none."""
        delay = self._estimator.delay
        return None if delay is None else delay * 1000 / SAMPLE_RATE

    def cancel(self, samples: Samples, start_sample: int) -> Samples:
        """Return the samples without echo, as many as were given.

        Args:
            samples: The next samples of the microphone.
            start_sample: Position of the first one.
        """
        if start_sample != self._stop:  # a gap, or the first samples
            self._stop = self._estimated = self._learned = start_sample
        chunks = [
            self._chunk(samples[at : at + LONGEST_CHUNK]) for at in range(0, len(samples), LONGEST_CHUNK)
        ]
        return np.concatenate(chunks) if chunks else samples

    def _chunk(self, samples: Samples) -> Samples:
        heard = _as_float(samples)
        self._past = np.concatenate((self._past[len(heard) :], heard))
        start, self._stop = self._stop, self._stop + len(samples)
        self._estimate()
        self._learn()
        if self._base is None or not samples.any():
            return samples
        reference = self._reference(start - self._base - TAPS + 1, self._stop - self._base)
        if reference is None or not reference.any():
            return samples
        echo = self._filter.predict(reference)
        cleaned = (heard - echo) * self._gain(heard - echo, echo)
        return as_int16(cleaned)

    def _gain(self, left: Mono, echo: Mono) -> np.float32:
        """Return the gain that hides what subtraction leaves while only the loudspeakers are heard."""
        share = min(len(left) / _SMOOTHED, 1.0)
        self._left_power += share * (float(np.mean(left**2)) - self._left_power)
        self._echo_power += share * (float(np.mean(echo**2)) - self._echo_power)
        residue = _RESIDUE * self._echo_power
        return np.float32(max(1 - residue / (self._left_power + 1e-12), _LEAST_GAIN))

    def _estimate(self) -> None:
        """Estimate the delay again; when it has changed, learn the response again."""
        if self._stop - self._estimated < HOP:
            return
        self._estimated = self._stop
        stop = self._stop - _LATE
        reference = self._reference(stop - SPAN, stop)
        if reference is not None:
            self._estimator.update(self._past[:SPAN], reference)
        delay = self._estimator.delay
        if delay is None:
            self._base = None
            return
        base = max(delay - _EARLY, 0)
        if self._base is None or abs(base - self._base) > _FAR_OFF:
            self._base, self._filter = base, AdaptiveFilter()
            self._learned = self._stop - SPAN  # the past second

    def _learn(self) -> None:
        """Learn from what has come, as far as the reference is there; skip what it never had."""
        self._learned = max(self._learned, self._stop - SPAN)
        while self._base is not None and self._stop - self._learned >= BLOCK:
            at = len(self._past) - (self._stop - self._learned)
            start = self._learned - self._base
            reference = self._reference(start - BLOCK, start + BLOCK)
            if reference is None:
                break
            self._learned += BLOCK
            self._filter.learn(self._past[at : at + BLOCK], reference)

    def _reference(self, start: int, stop: int) -> Mono | None:
        samples = self._read(start, stop)
        return None if samples is None else _as_float(samples)


def _as_float(samples: Samples) -> Mono:
    return samples.astype(np.float32) / np.float32(32768)
