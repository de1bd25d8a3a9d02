"""Streaming resampler from any rate to 16 kHz, with a latency of 2 ms.

A windowed-sinc filter bank in numpy, because soxr's streaming filters delay a 48 kHz device by 20 ms (LQ) to
37 ms (HQ). Output sample m lies exactly at input time m / 16000: the latency never shifts samples. Pure.
"""

from __future__ import annotations

from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE

_ZERO_CROSSINGS = 32  # each side: 2 ms at 16 kHz
_KAISER_BETA = 8.0  # about 80 dB
_ROLLOFF = 0.95  # middle of the transition band, in Nyquist frequencies of the lower rate

Mono = NDArray[np.float32]


class Resampler:
    """Resamples a stream to 16 kHz, piece by piece.

    Args:
        rate_hz: Rate of the input.
    """

    def __init__(self, rate_hz: int) -> None:
        divisor = gcd(rate_hz, SAMPLE_RATE)
        self._up, self._down = SAMPLE_RATE // divisor, rate_hz // divisor
        self._half = 0 if rate_hz == SAMPLE_RATE else ceil(_ZERO_CROSSINGS * max(1.0, rate_hz / SAMPLE_RATE))
        self._filters = _filter_bank(rate_hz, self._up, self._half) if self._half else None
        self._history: Mono = np.zeros(max(self._half - 1, 0), np.float32)
        self._history_from = -len(self._history)  # index in the input
        self._fed = 0
        self._made = 0

    def feed(self, samples: Mono) -> Mono:
        """Return the output that these samples complete.

        Args:
            samples: float32, shape (n,), any n.

        Returns:
            float32, shape (m,), at 16 kHz.
        """
        self._fed += len(samples)
        if self._filters is None:
            return samples
        kept = np.concatenate((self._history, samples))
        stop = self._outputs_before(self._fed - self._half)
        made = self._make(kept, stop) if stop > self._made else np.empty(0, np.float32)
        self._made = max(self._made, stop)
        first_needed = self._made * self._down // self._up - self._half + 1
        self._history = kept[first_needed - self._history_from :]
        self._history_from = first_needed
        return made

    def finish(self) -> Mono:
        """Return the rest of the output, which is then as long as the input; feed no more after it."""
        return self.feed(np.zeros(self._half, np.float32))

    def _outputs_before(self, inputs: int) -> int:
        """Return the number of outputs before the input of this index."""
        return max(-(-inputs * self._up // self._down), 0)

    def _make(self, kept: Mono, stop: int) -> Mono:
        assert self._filters is not None
        windows = np.lib.stride_tricks.sliding_window_view(kept, 2 * self._half)
        first = self._made * self._down // self._up - self._half + 1 - self._history_from
        made: Mono
        if self._up == 1:
            made = windows[first :: self._down][: stop - self._made] @ self._filters[0]
        else:
            positions = np.arange(self._made, stop) * self._down
            starts = positions // self._up - self._half + 1 - self._history_from
            made = np.einsum("ij,ij->i", windows[starts], self._filters[positions % self._up])
        return made


def _filter_bank(rate_hz: int, phases: int, half: int) -> NDArray[np.float32]:
    """Return one filter for each position of an output between two inputs.

    Returns:
        float32, shape (phases, 2 * half); each row sums to 1.
    """
    cutoff = _ROLLOFF * min(1.0, SAMPLE_RATE / rate_hz)
    taps = np.arange(-half + 1, half + 1)
    distances = taps[None, :] - np.arange(phases)[:, None] / phases
    inside = np.clip(1.0 - (distances / half) ** 2, 0.0, None)
    filters = np.sinc(cutoff * distances) * np.i0(_KAISER_BETA * np.sqrt(inside))
    filters /= filters.sum(axis=1, keepdims=True)
    return filters.astype(np.float32)
