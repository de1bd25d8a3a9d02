"""Lays the audio of all sources on the session's clock, as channels of one recording."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import numpy as np

from bus import messages as m
from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun
from bus.ring.access import RingAccess
from bus.ring.reader import AudioRing

_LATEST_NS = 3_000_000_000
"""How long it waits for audio of a source that is late; then there is silence."""
_PIECE_SAMPLES = 10 * SAMPLE_RATE


class Tracks:
    """The channels of a recording; sample 0 is the start of the session.

    Args:
        sources: Names of the sources, in the order of the channels.
        access: Gives the rings of the run.
    """

    def __init__(self, sources: Sequence[str], access: RingAccess) -> None:
        self._sources, self._access = sources, access
        self._rings: dict[str, AudioRing] = {}
        self._started_ns: int | None = None
        self._position = 0

    def apply(self, event: m.Event) -> None:
        """Apply one event."""
        match event:
            case m.SessionStarted(started_ns=started_ns):
                self._started_ns = started_ns
            case m.CaptureStarted(source=source):
                self._access.request(source)
            case _:
                pass

    def take(self, now_ns: int, *, ends: bool = False) -> Samples:
        """Return the samples since the last call; what was not captured is silence.

        Args:
            now_ns: Monotonic time.
            ends: Whether the recording ends, so that no late source is awaited.

        Returns:
            int16, shape (n, channels); empty when there is nothing new.
        """
        for source, ring in self._access.new_rings():
            if old := self._rings.pop(source, None):
                old.close()
            self._rings[source] = ring
        stop = max(self._available(now_ns, ends), self._position)
        channels = [self._read(source, self._position, stop) for source in self._sources]
        self._position = stop
        return np.stack(channels, axis=1)

    def close(self) -> None:
        """Close every ring."""
        for ring in self._rings.values():
            ring.close()
        self._rings.clear()

    def _available(self, now_ns: int, ends: bool) -> int:
        """Return up to which sample every source has been captured, or is late."""
        if self._started_ns is None:
            return 0
        now = (now_ns - self._started_ns) * SAMPLE_RATE // 1_000_000_000
        late = now - _LATEST_NS * SAMPLE_RATE // 1_000_000_000
        written = [self._offset(ring) + ring.written_sample for ring in self._rings.values()]
        complete = max(written, default=now) if ends else min(written, default=0)
        if len(written) < len(self._sources) and not ends:
            complete = 0
        return min(max(complete, late), now, self._position + _PIECE_SAMPLES)

    def _offset(self, ring: AudioRing) -> int:
        """Return where sample 0 of a ring lies on the session's clock."""
        return round((ring.first_sample_ns - (self._started_ns or 0)) * SAMPLE_RATE / 1e9)

    def _read(self, source: str, start: int, stop: int) -> Samples:
        samples = np.zeros(stop - start, np.int16)
        ring = self._rings.get(source)
        if ring is None:
            return samples
        offset = self._offset(ring)
        first = max(start - offset, ring.oldest_sample, 0)
        last = min(stop - offset, ring.written_sample)
        if first < last:
            with contextlib.suppress(Overrun):  # overwritten meanwhile; it stays silence
                samples[first + offset - start : last + offset - start] = ring.read(first, last)
        return samples
