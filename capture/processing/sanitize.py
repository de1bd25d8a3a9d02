"""Sanitizes captured audio: replaces NaN and infinity by silence and clips to full scale.

Counts both, and runs of samples at full scale, which were clipped earlier. Pure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE, Samples
from bus.messages import AudioSanitized
from capture.processing.downmix import Frames as Frames

_REPORT_EVERY_SAMPLES = SAMPLE_RATE
_FULL_SCALE = 32767 / 32768


def as_int16(signal: NDArray[np.float32]) -> Samples:
    """Return a signal as samples, clipped to full scale.

    Args:
        signal: Full scale at ±1.
    """
    samples: Samples = np.clip(np.rint(signal * 32768.0), -32768, 32767).astype(np.int16)
    return samples


class Sanitizer:
    """Sanitizes one source's audio, and counts the bad samples.

    Args:
        source: The source's name.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._bad = 0
        self._clipped = 0
        self._since_sample = 0
        self._reported_sample = -_REPORT_EVERY_SAMPLES

    def sanitize(self, frames: Frames, at_sample: int) -> Frames:
        """Return the sanitized frames.

        Args:
            frames: float32, shape (n, channels).
            at_sample: Approximate first sample on the source's clock.

        Returns:
            float32, shape (n, channels), finite, within ±1.
        """
        loudest = float(np.max(np.abs(frames), initial=0.0))
        if not loudest < _FULL_SCALE:  # NaN compares false
            return self._repair(frames, at_sample)
        return frames

    def events(self, at_sample: int, *, last: bool = False) -> list[AudioSanitized]:
        """Return the event that is due: at most one for each second of audio.

        Args:
            at_sample: One past the newest sample of the source.
            last: Whether the source has ended, so that the event is due now.
        """
        if not (self._bad or self._clipped):
            return []
        if at_sample - self._reported_sample < _REPORT_EVERY_SAMPLES and not last:
            return []
        event = AudioSanitized(
            source=self._source,
            start_sample=self._since_sample,
            stop_sample=at_sample,
            bad_samples=self._bad,
            clipped_samples=self._clipped,
        )
        self._bad = self._clipped = 0
        self._reported_sample = at_sample
        return [event]

    def _repair(self, frames: Frames, at_sample: int) -> Frames:
        finite = np.isfinite(frames)
        bad = frames.size - int(np.count_nonzero(finite))
        repaired = np.where(finite, frames, np.float32(0.0))
        clipped = _count_clipped(np.abs(repaired))
        if (bad or clipped) and not (self._bad or self._clipped):
            self._since_sample = at_sample
        self._bad += bad
        self._clipped += clipped
        return np.clip(repaired, -1.0, 1.0)


def _count_clipped(loudness: Frames) -> int:
    """Count samples beyond full scale, and those at full scale that follow another one."""
    beyond = loudness > 1.0
    at_limit = loudness >= _FULL_SCALE
    in_a_row = at_limit[1:] & at_limit[:-1] & ~beyond[1:]
    return int(np.count_nonzero(beyond)) + int(np.count_nonzero(in_a_row))
