"""Reader of the audio plane: one shared-memory ring per source, one writer, many readers.

16 kHz mono int16; the sample index is the only audio clock. The ring is an array of 10 ms blocks, each with
its number and a CRC of its samples, seeded with that number. A reader copies first and checks after: a block
that was overwritten meanwhile has another number, a half-written one has a wrong CRC. So a torn read is
detected whatever the processor's store order, and never returned.

The writer is in `bus.ring.writer`; `bus.ring.memory` allocates and shares the memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun, RingUnavailable
from bus.ring.memory import BLOCK_SAMPLES, RingMemory, attach_memory, block_crc

RING_SECONDS = 60
"""Length of the ring: how far back a reader can read."""

_ATTACH_TIMEOUT_S = 2.0
_REATTACH_AFTER_S = 0.5
_COPY_ATTEMPTS = 3
_WAKE_EARLY_S = 0.0003
_RETRY_S = 0.001
_LONGEST_SLEEP_S = 0.1


def _sleep_s(missing_samples: int, since_written_s: float, late_poll_s: float) -> float:
    """Return how long to sleep until missing samples may be available.

    Blocks arrive at an even pace, so it sleeps until just before the awaited one. When that is overdue it
    sleeps `late_poll_s`, and longer the longer nothing arrives: every wake-up costs CPU time.
    """
    blocks = -(-missing_samples // BLOCK_SAMPLES)
    sleep_s = blocks * BLOCK_SAMPLES / SAMPLE_RATE - _WAKE_EARLY_S - since_written_s
    if sleep_s <= 0:
        sleep_s = max(late_poll_s, -sleep_s / 4)
    return min(sleep_s, _LONGEST_SLEEP_S)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of audio from the ring."""

    start_sample: int
    samples: Samples
    """int16, shape (n,), a copy."""

    @property
    def stop_sample(self) -> int:
        """One past the last sample."""
        return self.start_sample + len(self.samples)


class AudioRing:
    """Reader of a source's ring.

    Attach with `AudioRing.attach(address)`. When the writer is restarted, the reader attaches to its new ring
    by itself; samples that were never written read as lost, not as silence.

    Args:
        find: Returns the memory of the newest ring, or raises an `OSError`.
        memory: The memory of the ring.
    """

    def __init__(self, find: Callable[[], RingMemory], memory: RingMemory) -> None:
        self._find = find
        self._memory = memory
        self._capacity = memory.blocks
        self.torn_reads = 0
        """Number of copies that were overwritten or half written, and discarded."""

    @classmethod
    def attach(cls, address: Path, *, timeout_s: float = _ATTACH_TIMEOUT_S) -> AudioRing:
        """Return the ring that is served at `address`, waiting for its writer if necessary.

        Raises:
            RingUnavailable: No ring is served there within `timeout_s`.
        """
        return cls.wait_for(partial(attach_memory, address), f"at {address.name}", timeout_s=timeout_s)

    @classmethod
    def wait_for(
        cls, find: Callable[[], RingMemory], where: str, *, timeout_s: float = _ATTACH_TIMEOUT_S
    ) -> AudioRing:
        """Return the ring that `find` returns, waiting for its writer if necessary.

        Raises:
            RingUnavailable: There is none within `timeout_s`.
        """
        give_up = time.monotonic() + timeout_s
        while True:
            try:
                return cls(find, find())
            except OSError as error:
                if time.monotonic() >= give_up:
                    raise RingUnavailable(
                        f"there is no audio ring {where} ({error.strerror or error})",
                        fix="start the capture stage of this source",
                    ) from error
            time.sleep(0.01)

    @property
    def first_sample_ns(self) -> int:
        """Monotonic time at which sample 0 was due."""
        return int(self._memory.head["first_sample_ns"][0])

    @property
    def written_sample(self) -> int:
        """One past the last sample that can be read."""
        return int(self._memory.head["written_blocks"][0]) * BLOCK_SAMPLES

    @property
    def oldest_sample(self) -> int:
        """The oldest sample that has not been overwritten."""
        head = self._memory.head
        start, written = int(head["start_block"][0]), int(head["written_blocks"][0])
        return max(start, written - self._capacity) * BLOCK_SAMPLES

    @property
    def closed(self) -> bool:
        """Whether the writer has finished."""
        return bool(self._memory.head["closed"][0])

    def read(self, start_sample: int, stop_sample: int) -> Samples:
        """Return a copy of samples [start, stop).

        Returns:
            int16, shape (stop_sample - start_sample,).

        Raises:
            Overrun: Some of them have been overwritten, or were never written.
        """
        if stop_sample <= start_sample:
            return np.empty(0, np.int16)
        first, last = start_sample // BLOCK_SAMPLES, -(-stop_sample // BLOCK_SAMPLES)
        for _ in range(_COPY_ATTEMPTS):
            blocks = self._copy(first, last)
            if blocks is not None:
                offset = start_sample - first * BLOCK_SAMPLES
                return blocks.reshape(-1)[offset : offset + stop_sample - start_sample]
            self.torn_reads += 1
        raise self._overrun(start_sample, stop_sample)

    def windows(
        self,
        window_samples: int,
        *,
        start_sample: int | None = None,
        until: Callable[[], bool],
        late_poll_s: float = _RETRY_S,
        sleep: Callable[[float], object] = time.sleep,
    ) -> Iterator[Window]:
        """Yield consecutive windows, waiting for the writer, until `until()` or the ring's end.

        The wait is paced by the sample clock. While no audio arrives, an empty window is yielded at least
        every 0.2 s, so that the caller can publish its heartbeat. The last window may be short.

        Args:
            window_samples: Length of a window.
            start_sample: First sample; the newest one when None.
            until: Called between windows.
            late_poll_s: Polling interval for samples that are late. A longer one costs less CPU time.
            sleep: Waits for so many seconds, or less when there is something else to do.

        Raises:
            Overrun: The reader fell behind by more than the ring holds, or the writer was away for a while.
                Call again to continue after the gap.
        """
        at = self.written_sample if start_sample is None else start_sample
        idle_since = yielded = seen_s = time.monotonic()
        seen = at
        while not until():
            written = self.written_sample
            if written - at >= window_samples:
                try:
                    samples = self.read(at, at + window_samples)
                except Overrun as lost:
                    if at < lost.start_sample:
                        yield Window(at, self.read(at, lost.start_sample))
                    raise
                yield Window(at, samples)
                at += window_samples
                idle_since = yielded = time.monotonic()
                continue
            if self.closed and written == self.written_sample:
                if written > at:
                    yield Window(at, self.read(at, written))
                return
            now = time.monotonic()
            if written != seen:
                seen, seen_s = written, now
            if now - idle_since > _REATTACH_AFTER_S:
                idle_since = now
                fresh = self._find_restarted()
                if fresh is not None and self.written_sample == written:
                    if written > at:  # the last samples of the writer that died
                        yield Window(at, self.read(at, written))
                        at = written
                    self._replace(fresh)
            if now - yielded > 0.2:
                yield Window(at, np.empty(0, np.int16))
                yielded = now
            sleep(_sleep_s(at + window_samples - written, now - seen_s, late_poll_s))

    def close(self) -> None:
        """Unmap the ring."""
        self._memory.unmap()

    def _copy(self, first: int, last: int) -> Samples | None:
        """Return a verified copy of blocks [first, last), or None."""
        memory, capacity = self._memory, self._capacity
        low, high = first % capacity, first % capacity + (last - first)
        if last - first > capacity:
            return None
        if high <= capacity:
            samples, crcs = memory.samples[low:high].copy(), memory.crcs[low:high].tolist()
            numbers = memory.numbers[low:high].tolist()
        else:
            order = np.arange(first, last) % capacity
            samples, crcs = memory.samples[order], memory.crcs[order].tolist()
            numbers = memory.numbers[order].tolist()
        view = samples.data.cast("B")
        size = BLOCK_SAMPLES * 2
        for index, (number, crc) in enumerate(zip(numbers, crcs, strict=True)):
            if number != first + index or block_crc(view[index * size : (index + 1) * size], number) != crc:
                return None
        return samples

    def _overrun(self, start_sample: int, stop_sample: int) -> Overrun:
        """Return the failure that names the samples which cannot be read, up to the next readable one."""
        first, last = start_sample // BLOCK_SAMPLES, -(-stop_sample // BLOCK_SAMPLES)
        oldest = max(first, self.oldest_sample // BLOCK_SAMPLES)
        blocks = oldest + np.arange(self._capacity)
        there = self._memory.numbers[blocks % self._capacity] == blocks
        if first == oldest:  # a part is readable, up to the gap of a restarted writer
            missing = np.flatnonzero(~there[: last - first])
            first += int(missing[0]) if len(missing) else 0
        readable = np.flatnonzero(there[max(first - oldest, 0) :])
        newest = max(self.written_sample, stop_sample)
        resume = (max(first, oldest) + int(readable[0])) * BLOCK_SAMPLES if len(readable) else newest
        return Overrun(max(start_sample, first * BLOCK_SAMPLES), max(resume, start_sample + 1))

    def _find_restarted(self) -> RingMemory | None:
        """Return the ring of a newer writer, if there is one."""
        try:
            fresh = self._find()
        except OSError:
            return None
        if fresh.head["epoch_ns"][0] == self._memory.head["epoch_ns"][0]:
            fresh.unmap()
            return None
        return fresh

    def _replace(self, fresh: RingMemory) -> None:
        self._memory.unmap()
        self._memory = fresh
        self._capacity = fresh.blocks

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
