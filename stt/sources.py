"""The rings of all sources, attached when their capture starts."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import numpy as np

from bus.failures import Overrun, RingGone
from bus.messages import CaptureStarted
from bus.ring import AudioRing, Samples
from bus.run import Run

_ATTACH_S = 0.2  # a capture says that it has started when its ring is served


class Sources:
    """Audio by source and sample.

    A capture that was restarted has a new ring; the one before is kept, because the start of an utterance
    may still be in it.

    Args:
        run: The run whose rings these are.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._rings: dict[str, list[AudioRing]] = {}

    def attach(self, started: CaptureStarted) -> None:
        """Attach to the ring of a source whose capture has started, unless that has died meanwhile: the next
        one says when it starts.
        """
        try:
            ring = AudioRing.attach(self._run.ring_address(started.source), timeout_s=_ATTACH_S)
        except RingGone:
            return
        rings = self._rings.setdefault(started.source, [])
        rings.append(ring)
        for old in rings[:-2]:
            old.close()
        del rings[:-2]

    def written_sample(self, source: str) -> int:
        """Return how far the source's audio can be read; 0 when it has none."""
        rings = self._rings.get(source)
        return rings[-1].written_sample if rings else 0

    def oldest_sample(self, source: str) -> int:
        """Return from where on the source's audio can still be read; 0 when it has none."""
        rings = self._rings.get(source)
        return rings[0].oldest_sample if rings else 0

    def read(self, source: str, start_sample: int, stop_sample: int) -> Samples:
        """Return samples [start, stop) of a source; what was lost in a restart reads as silence.

        Raises:
            Overrun: They have been overwritten, or never were.
        """
        rings = self._rings.get(source)
        if not rings:
            raise Overrun(start_sample, stop_sample)
        newest = rings[-1]
        if newest.oldest_sample <= start_sample or len(rings) == 1:
            return newest.read(start_sample, stop_sample)
        return _across(rings[0], newest, start_sample, stop_sample)

    def close(self) -> None:
        """Let go of every ring."""
        for rings in self._rings.values():
            for ring in rings:
                ring.close()
        self._rings.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _across(old: AudioRing, new: AudioRing, start_sample: int, stop_sample: int) -> Samples:
    """Return samples of which the older part is in the ring of a capture that died."""
    samples = np.zeros(stop_sample - start_sample, np.int16)
    in_old = min(stop_sample, old.written_sample)
    samples[: in_old - start_sample] = old.read(start_sample, in_old)
    in_new = max(start_sample, new.oldest_sample)
    if in_new < stop_sample:
        samples[in_new - start_sample :] = new.read(in_new, stop_sample)
    return samples
