"""Sanitizes captured audio: replaces NaN and infinity by silence and clips to full scale.

Both are counted, and so are runs at full scale, where something before has clipped. Pure.
"""

from __future__ import annotations

import numpy as np

from bus.audio import SAMPLE_RATE
from bus.messages import AudioSanitized
from capture.processing.downmix import Frames as Frames

_TELL_EVERY_SAMPLES = SAMPLE_RATE
_FULL_SCALE = 32767 / 32768


class Mender:
    """Makes one source's sound fit, and keeps count of what was not.

    Args:
        source: The source's name.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._bad = 0
        self._clipped = 0
        self._since_sample = 0
        self._told_sample = -_TELL_EVERY_SAMPLES

    def mend(self, frames: Frames, at_sample: int) -> Frames:
        """Return the frames, sanitized.

        Args:
            frames: float32, shape (n, channels).
            at_sample: About where on the source's clock they begin.

        Returns:
            float32, shape (n, channels), finite, within ±1.
        """
        loudest = float(np.max(np.abs(frames), initial=0.0))
        if not loudest < _FULL_SCALE:  # a NaN compares as neither
            return self._mend(frames, at_sample)
        return frames

    def told(self, at_sample: int, *, last: bool = False) -> list[AudioSanitized]:
        """Return what there is to tell: at most one event for each second of sound.

        Args:
            at_sample: How far the source has come.
            last: Whether no more comes, so that nothing may wait.
        """
        if not (self._bad or self._clipped):
            return []
        if at_sample - self._told_sample < _TELL_EVERY_SAMPLES and not last:
            return []
        event = AudioSanitized(
            source=self._source,
            start_sample=self._since_sample,
            stop_sample=at_sample,
            bad_samples=self._bad,
            clipped_samples=self._clipped,
        )
        self._bad = self._clipped = 0
        self._told_sample = at_sample
        return [event]

    def _mend(self, frames: Frames, at_sample: int) -> Frames:
        finite = np.isfinite(frames)
        bad = frames.size - int(np.count_nonzero(finite))
        mended = np.where(finite, frames, np.float32(0.0))
        clipped = _count_clipped(np.abs(mended))
        if (bad or clipped) and not (self._bad or self._clipped):
            self._since_sample = at_sample
        self._bad += bad
        self._clipped += clipped
        return np.clip(mended, -1.0, 1.0)


def _count_clipped(loudness: Frames) -> int:
    """Count samples beyond full scale, and those at full scale that follow another one."""
    beyond = loudness > 1.0
    at_limit = loudness >= _FULL_SCALE
    in_a_row = at_limit[1:] & at_limit[:-1] & ~beyond[1:]
    return int(np.count_nonzero(beyond)) + int(np.count_nonzero(in_a_row))
