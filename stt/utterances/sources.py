"""Rings of all sources, attached when their capture starts."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Self

from bus.audio import Samples
from bus.failures import Overrun
from bus.messages import LogRedacted, RedactedAudio
from bus.ring.access import RingAccess
from bus.ring.reader import AudioRing

_REDACTED = 100
"""More redactions than can be in a ring."""


class Sources:
    """Audio by source and sample.

    Args:
        access: Gives the rings of the run.
    """

    def __init__(self, access: RingAccess) -> None:
        self._access = access
        self._rings: dict[str, AudioRing] = {}
        self._redacted: deque[RedactedAudio] = deque(maxlen=_REDACTED)

    def capture_started(self, source: str) -> None:
        """Note that there is a ring of this source."""
        self._access.request(source)

    def redact(self, redaction: LogRedacted) -> None:
        """Read silence instead of this audio, whether its capture has overwritten it yet or not."""
        self._redacted.extend(redaction.audio)

    def update(self) -> None:
        """Attach to new rings; each begins with the audio of the ring before it."""
        for source, ring in self._access.new_rings():
            if old := self._rings.get(source):
                old.close()
            self._rings[source] = ring

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
        samples = ring.read(start_sample, stop_sample)
        for each in self._redacted:
            if each.source == source:
                first, stop = each.start_sample - start_sample, each.stop_sample - start_sample
                samples[max(first, 0) : max(stop, 0)] = 0
        return samples

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
