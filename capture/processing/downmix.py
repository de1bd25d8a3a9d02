"""Mixes channels to mono: removes DC offset, leaves out dead channels, and avoids phase cancellation.

Works block by block without look-ahead. Weights change over a short ramp, to avoid clicks. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]
"""float32, shape (n, channels), full scale at ±1."""

_MEMORY_S = 0.5
"""Time constant of offsets, powers and the correlation."""
_RAMP_S = 0.005
_LEAST_OFFSET = 0.004
_LIVE_POWER = 1e-6
"""-60 dBFS: a channel of at least this power is live."""
_LIVE_SHARE = 1e-3
"""-30 dB: so is one of at least this share of the loudest channel's power."""
_NO_POWER = 1e-11
"""-110 dBFS: less is rounding noise."""
_HOLD_S = 20.0
"""Time constant of the decay of peak powers."""
_CANCELS_BELOW, _ADDS_UP_ABOVE = 0.3, 0.6
"""Power of the mean, relative to that of independent channels."""
_LEAST_SPEECH_POWER = 1e-8
"""-80 dBFS: below it, the correlation is not measured."""

_REMARK_AFTER_S = 1.0
"""Length of cancelling audio that is not quiet; less may be chance."""


@dataclass(frozen=True)
class Remark:
    """A problem with the channels, for the user."""

    problem: str
    kept: str
    fix: str


class Downmix:
    """Mixes one source's channels.

    Args:
        rate_hz: Rate of the frames.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._remarked = False
        self._begin(1)

    def mix(self, frames: Frames) -> NDArray[np.float32]:
        """Return the frames as one channel.

        Args:
            frames: float32, shape (n, channels), finite, within ±1.

        Returns:
            float32, shape (n,), within ±1.
        """
        count, channels = frames.shape
        if not count:
            return np.empty(0, np.float32)
        if channels != len(self._weights):
            self._begin(channels)
        centred = self._without_offset(frames)
        if channels == 1:
            return centred[:, 0]
        self._measure(centred)
        return self._weighted(centred, self._choose(count))

    def remark(self) -> Remark | None:
        """Return a problem with the channels, once."""
        if self._remarked or self._cancelled_frames < _REMARK_AFTER_S * self.rate_hz:
            return None
        self._remarked = True
        return _CANCELLING

    def _begin(self, channels: int) -> None:
        self._offsets: NDArray[np.float64] | None = None
        self._subtracted = np.zeros(channels)
        self._powers = np.zeros(channels)
        self._mean_power = 0.0
        self._peak_powers = np.zeros(channels)
        self._weights: NDArray[np.float32] = np.full(channels, 1.0 / channels, np.float32)
        self._cancels = False
        self._cancelled_frames = 0

    def _without_offset(self, frames: Frames) -> Frames:
        means = frames.mean(axis=0, dtype=np.float64)
        if self._offsets is None:
            is_constant = np.abs(means) > 2.0 * frames.std(axis=0)
            self._offsets = np.where(is_constant, means, 0.0)
            self._subtracted = np.where(np.abs(self._offsets) > _LEAST_OFFSET, self._offsets, 0.0)
        self._offsets += (means - self._offsets) * self._share_of(len(frames))
        wanted = np.where(np.abs(self._offsets) > _LEAST_OFFSET, self._offsets, 0.0)
        if not wanted.any() and not self._subtracted.any():
            return frames
        steps = np.linspace(0.0, 1.0, len(frames))[:, None]
        offsets = self._subtracted + (wanted - self._subtracted) * steps
        self._subtracted = wanted
        centred: Frames = np.clip(frames - offsets, -1.0, 1.0).astype(np.float32)
        return centred

    def _measure(self, frames: Frames) -> None:
        """Update powers and peak powers with a block."""
        powers = np.einsum("ij,ij->j", frames, frames, dtype=np.float64) / len(frames)
        share = self._share_of(len(frames))
        self._powers += (powers - self._powers) * share
        decayed = np.exp(-len(frames) / (self.rate_hz * _HOLD_S))
        self._peak_powers = np.maximum(powers, self._peak_powers * decayed)
        live = self._live()
        if live.any():
            mean = frames @ (live / np.count_nonzero(live)).astype(np.float32)
            self._mean_power += (float(np.dot(mean, mean)) / len(mean) - self._mean_power) * share

    def _choose(self, frames: int) -> NDArray[np.float32]:
        """Return the weight of each channel for a block of this length."""
        live = self._live()
        weights = np.zeros(len(live), np.float32)
        if not live.any():
            weights[:] = 1.0 / len(live)
            return weights
        self._update_cancelling(live)
        if self._cancels:
            self._cancelled_frames += frames * (self._powers.max() > _LIVE_POWER)
            weights[int(np.argmax(np.where(live, self._powers, -1.0)))] = 1.0
        else:
            weights[live] = 1.0 / np.count_nonzero(live)
        return weights

    def _live(self) -> NDArray[np.bool_]:
        peaks = self._peak_powers
        live: NDArray[np.bool_] = (peaks > _LIVE_POWER) | (peaks > max(_LIVE_SHARE * peaks.max(), _NO_POWER))
        return live

    def _update_cancelling(self, live: NDArray[np.bool_]) -> None:
        """Decide whether the live channels cancel each other."""
        channels = int(np.count_nonzero(live))
        total = float(self._powers[live].sum())
        if channels < 2:
            self._cancels = False
        elif total > _LEAST_SPEECH_POWER:
            independent = total / channels**2
            limit = _ADDS_UP_ABOVE if self._cancels else _CANCELS_BELOW
            self._cancels = self._mean_power < limit * independent

    def _weighted(self, frames: Frames, wanted: NDArray[np.float32]) -> NDArray[np.float32]:
        before, self._weights = self._weights, wanted
        if np.array_equal(before, wanted):
            mixed: NDArray[np.float32] = frames @ wanted
            return mixed
        ramp = min(len(frames), max(round(_RAMP_S * self.rate_hz), 1))
        steps = np.ones((len(frames), 1), np.float32)
        steps[:ramp, 0] = np.linspace(0.0, 1.0, ramp, dtype=np.float32)
        ramped: NDArray[np.float32] = np.einsum("ij,ij->i", frames, before + (wanted - before) * steps)
        return ramped

    def _share_of(self, frames: int) -> float:
        return float(1.0 - np.exp(-frames / (self.rate_hz * _MEMORY_S)))


_CANCELLING = Remark(
    "the channels cancel each other: one is the other inverted",
    kept="the louder channel is used alone",
    fix="check the wiring or the polarity switch of the microphone",
)
