"""Writer of a source's ring: accepts any number of samples and publishes whole blocks.

A ring has one writer, enforced by the kernel on Linux. A restarted writer creates a new ring and copies into
it what is left of the one before. `bus.ring.reader` describes what readers rely on.
"""

from __future__ import annotations

import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.ring.memory import BLOCK_SAMPLES, RingMemory, block_crc, create_memory
from bus.ring.passing import RingServer, ring_socket
from bus.ring.reader import RING_SECONDS

_EMPTY = -1


class RingWriter:
    """The one writer of a source's ring.

    Args:
        address: Path of the Unix socket at which readers get the ring.
        first_sample_ns: Monotonic time at which sample 0 of the source's clock was due.
        start_sample: First sample of this writer on that clock; rounded up to a whole block.
        seconds: Length of the ring.
        before: The ring of an earlier writer of this source that died; it is copied and unmapped.
        bound: A socket that is bound to the address already, because the process may bind none any more.

    Raises:
        MachineFailure: Shared memory or the socket cannot be allocated.
    """

    def __init__(
        self,
        address: Path,
        *,
        first_sample_ns: int,
        start_sample: int = 0,
        seconds: float = RING_SECONDS,
        before: RingMemory | None = None,
        bound: socket.socket | None = None,
    ) -> None:
        self._blocks = round(seconds * SAMPLE_RATE / BLOCK_SAMPLES)
        self._memory, self._handle = create_memory(self._blocks)
        self._memory.numbers[:] = _EMPTY
        self._next_block = -(-start_sample // BLOCK_SAMPLES)
        self._partial = np.zeros(BLOCK_SAMPLES, np.int16)
        self._partial_samples = 0
        head = self._memory.head
        head["epoch_ns"], head["first_sample_ns"] = time.monotonic_ns(), first_sample_ns
        head["start_block"] = head["written_blocks"] = self._next_block
        if before is not None:
            self._copy_from(before)
            before.unmap()
        self._server = RingServer(bound or ring_socket(address), self._handle)

    @property
    def locked(self) -> bool:
        """Whether the ring is locked out of swap."""
        return self._memory.locked

    @property
    def stop_sample(self) -> int:
        """One past the last sample passed to the ring."""
        return self._next_block * BLOCK_SAMPLES + self._partial_samples

    def write(self, samples: Samples) -> None:
        """Append samples; whole blocks are published at once, the rest with the next call.

        Args:
            samples: int16, shape (n,), any n.
        """
        at = 0
        while at < len(samples):
            take = min(BLOCK_SAMPLES - self._partial_samples, len(samples) - at)
            self._partial[self._partial_samples : self._partial_samples + take] = samples[at : at + take]
            self._partial_samples += take
            at += take
            if self._partial_samples == BLOCK_SAMPLES:
                self._publish()

    def write_silence(self, count: int) -> None:
        """Append `count` samples of silence instead of lost samples."""
        silence = np.zeros(BLOCK_SAMPLES, np.int16)
        for at in range(0, count, BLOCK_SAMPLES):
            self.write(silence[: min(BLOCK_SAMPLES, count - at)])

    def zero(self, before_sample: int, from_sample: int = 0) -> None:
        """Replace the blocks of these samples by silence; a reader gets the old audio or the silence."""
        memory, last = self._memory, min(-(-before_sample // BLOCK_SAMPLES), self._next_block)
        first = max(int(memory.head["start_block"][0]), self._next_block - self._blocks)
        silence = np.zeros(BLOCK_SAMPLES, np.int16)
        for number in range(max(first, from_sample // BLOCK_SAMPLES), last):
            slot = number % self._blocks
            if memory.numbers[slot] == number:
                memory.numbers[slot] = _EMPTY
                memory.samples[slot] = 0
                memory.crcs[slot] = block_crc(silence.data, number)
                memory.numbers[slot] = number

    def finish(self) -> int:
        """Publish the rest, padded with silence to a whole block, and return one past the last sample."""
        if self._partial_samples:
            self.write_silence(BLOCK_SAMPLES - self._partial_samples)
        self._memory.head["closed"] = 1
        return self.stop_sample

    def close(self) -> None:
        """Zero the ring and unmap it. Readers that are still attached read silence from then on."""
        self._server.close()
        self._memory.head["closed"] = 1
        self._memory.numbers[:] = _EMPTY
        self._memory.samples[:] = 0
        self._partial[:] = 0
        self._memory.unmap()
        self._handle.close()

    def _copy_from(self, before: RingMemory) -> None:
        """Copy what an earlier writer left; samples that were never captured stay missing."""
        memory, start, size = self._memory, self._next_block, self._blocks
        written = int(before.head["written_blocks"][0])
        oldest = max(int(before.head["start_block"][0]), written - before.blocks, start - size)
        blocks = np.arange(oldest, min(written, start))
        if not len(blocks):
            return
        old, new = blocks % before.blocks, blocks % size
        # Checksums are copied too: a block torn at the writer's death is detected by its readers.
        memory.samples[new], memory.crcs[new] = before.samples[old], before.crcs[old]
        memory.numbers[new] = before.numbers[old]
        memory.head["start_block"] = oldest

    def _publish(self) -> None:
        number, slot = self._next_block, self._next_block % self._blocks
        memory = self._memory
        memory.numbers[slot] = _EMPTY
        memory.samples[slot] = self._partial
        memory.crcs[slot] = block_crc(self._partial.data, number)
        memory.numbers[slot] = number
        self._next_block = number + 1
        self._partial_samples = 0
        memory.head["written_blocks"] = self._next_block

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
