"""Reference of the echo canceller: what the computer plays, on the microphone's clock."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun
from bus.ring.access import RingAccess
from bus.ring.reader import AudioRing


class EchoReference:
    """Reads the first source that has a ring.

    Args:
        first_sample_ns: Monotonic time of sample 0 of the microphone.
    """

    def __init__(self, first_sample_ns: int) -> None:
        self._first_ns = first_sample_ns
        self._ring: AudioRing | None = None
        self._offset = 0
        self.source = ""
        """The source it reads; empty while there is none."""

    def update(self, rings: RingAccess, sources: Collection[str]) -> None:
        """Take the newest ring of the reference.

        Args:
            rings: Gives the rings of other sources.
            sources: Sources that may be the reference; the first with a ring is, from then on.
        """
        for source in [self.source] if self.source else sorted(sources):
            if ring := rings.new_ring(source):
                if self._ring is not None:
                    self._ring.close()
                self.source, self._ring = source, ring
                self._offset = round((self._first_ns - ring.first_sample_ns) * SAMPLE_RATE / 1e9)
                return

    def read(self, start: int, stop: int) -> Samples | None:
        """Return samples [start, stop) of the microphone's clock; None where some are missing.

        There is silence before the reference begins, and after it has ended.
        """
        ring = self._ring
        if ring is None:
            return None
        start, stop = start + self._offset, stop + self._offset
        first, last = max(start, 0), stop
        if ring.closed:
            last = min(stop, ring.written_sample)
        if last <= first:
            return np.zeros(stop - start, np.int16)
        if last > ring.written_sample:
            return None
        try:
            samples = ring.read(first, last)
        except Overrun:
            return None
        return np.pad(samples, (first - start, stop - last))

    def has(self, stop: int) -> bool:
        """Return whether everything before this sample of the microphone's clock is there."""
        return self._ring is not None and (
            self._ring.closed or self._ring.written_sample >= stop + self._offset
        )
