"""Rings of all sources, attached when their capture starts."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from bus.audio import Samples
from bus.failures import Overrun, RingUnavailable
from bus.messages import CaptureStarted
from bus.ring import AudioRing
from bus.run import Run

_ATTACH_S = 0.2  # CaptureStarted is published after the ring is served


class Sources:
    """Audio by source and sample.

    Args:
        run: The run whose rings these are.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._rings: dict[str, AudioRing] = {}

    def attach(self, started: CaptureStarted) -> None:
        """Attach to the ring of a source whose capture has started; does nothing if it has died meanwhile.

        A new ring begins with the audio of the ring before it.
        """
        try:
            ring = AudioRing.attach(self._run.ring_address(started.source), timeout_s=_ATTACH_S)
        except RingUnavailable:
            return
        if old := self._rings.get(started.source):
            old.close()
        self._rings[started.source] = ring

    def written_samples(self) -> dict[str, int]:
        """Return, by source, one past the last sample that can be read."""
        return {source: ring.written_sample for source, ring in self._rings.items()}

    def oldest_samples(self) -> dict[str, int]:
        """Return, by source, the oldest sample that can be read."""
        return {source: ring.oldest_sample for source, ring in self._rings.items()}

    def read(self, source: str, start_sample: int, stop_sample: int) -> Samples:
        """Return samples [start, stop) of a source; samples lost in a restart are silence.

        Raises:
            Overrun: They have been overwritten, or were never written.
        """
        ring = self._rings.get(source)
        if ring is None:
            raise Overrun(start_sample, stop_sample)
        return ring.read(start_sample, stop_sample)

    def close(self) -> None:
        """Close every ring."""
        for ring in self._rings.values():
            ring.close()
        self._rings.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
