"""The rings of all sources, attached when their capture starts."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from bus.audio import Samples
from bus.failures import Overrun, RingUnavailable
from bus.messages import CaptureStarted
from bus.ring import AudioRing
from bus.run import Run

_ATTACH_S = 0.2  # a capture says that it has started when its ring is served


class Sources:
    """Audio by source and sample.

    Args:
        run: The run whose rings these are.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._rings: dict[str, AudioRing] = {}

    def attach(self, started: CaptureStarted) -> None:
        """Attach to the ring of a source whose capture has started, unless that has died meanwhile: the next
        one says when it starts. A new ring begins with what the one before held.
        """
        try:
            ring = AudioRing.attach(self._run.ring_address(started.source), timeout_s=_ATTACH_S)
        except RingUnavailable:
            return
        if old := self._rings.get(started.source):
            old.close()
        self._rings[started.source] = ring

    def written_sample(self, source: str) -> int:
        """Return how far the source's audio can be read; 0 when it has none."""
        ring = self._rings.get(source)
        return ring.written_sample if ring else 0

    def oldest_sample(self, source: str) -> int:
        """Return from where on the source's audio can still be read; 0 when it has none."""
        ring = self._rings.get(source)
        return ring.oldest_sample if ring else 0

    def read(self, source: str, start_sample: int, stop_sample: int) -> Samples:
        """Return samples [start, stop) of a source; what was lost in a restart reads as silence.

        Raises:
            Overrun: They have been overwritten, or never were.
        """
        ring = self._rings.get(source)
        if ring is None:
            raise Overrun(start_sample, stop_sample)
        return ring.read(start_sample, stop_sample)

    def close(self) -> None:
        """Let go of every ring."""
        for ring in self._rings.values():
            ring.close()
        self._rings.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
