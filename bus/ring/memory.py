"""Memory of a ring: allocation, layout, and sharing with readers.

The memory stays out of swap where the user's limit allows locking it, and out of dumps (Linux). On Linux it
is a memfd, sealed once the writer has mapped it: the kernel then refuses every new writable mapping, it has
no name in any file system, and nothing is left behind when the writer dies. Elsewhere it is a named
shared-memory segment. Readers get it over a Unix socket, whose directory (0700) controls access.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import socket
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bus.failures import MachineFailure
from bus.ring.passing import ANSWER_TIMEOUT_S, RingHandle, connected_to, fix_for, ring_descriptor

if sys.platform == "linux":
    import fcntl

    _SEALS = (
        fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | 0x0010
    )  # F_SEAL_FUTURE_WRITE, named from Python 3.13 on

BLOCK_SAMPLES = 160
"""Samples in a block: 10 ms at 16 kHz."""

_MAGIC = 0x43554543_52494E47
_LARGEST_BYTES = 1 << 28
"""Two hours of audio; anything larger is not a ring of this program."""
_NOT_A_RING = "the shared memory is not an audio ring of this program"

_HEAD = np.dtype(
    [
        ("magic", "<u8"),
        ("epoch_ns", "<i8"),  # creation time: identifies the ring of a restarted writer
        ("first_sample_ns", "<i8"),
        ("blocks", "<i8"),  # capacity
        ("start_block", "<i8"),  # first block this writer wrote
        ("written_blocks", "<i8"),  # one past the last complete block
        ("closed", "<i8"),  # 1 when the writer will write no more
    ]
)
_BLOCK = np.dtype([("number", "<i8"), ("crc", "<u4"), ("spare", "<u4"), ("samples", "<i2", BLOCK_SAMPLES)])
_HEAD_BYTES = 4096


def block_crc(samples: memoryview, number: int) -> int:
    """Return a block's check sum: over its samples, seeded with its number."""
    return zlib.crc32(samples, number & 0xFFFF_FFFF)


def memory_bytes(blocks: int) -> int:
    """Return how much memory a ring of so many blocks takes."""
    return _HEAD_BYTES + blocks * _BLOCK.itemsize


class RingMemory:
    """The ring's bytes, mapped, with views on the head and the blocks."""

    def __init__(self, buffer: mmap.mmap | memoryview, blocks: int, release: Callable[[], None]) -> None:
        self._release = release
        self.locked = False
        """Whether the system promised never to swap it out."""
        self.blocks = blocks
        """Capacity; readers use this copy, because a faulty writer may change the head later."""
        self.head: Any = np.frombuffer(buffer, _HEAD, count=1)
        table: Any = np.frombuffer(buffer, _BLOCK, count=blocks, offset=_HEAD_BYTES)
        self.numbers: NDArray[np.int64] = table["number"]
        self.crcs: NDArray[np.uint32] = table["crc"]
        self.samples: NDArray[np.int16] = table["samples"]

    def lock(self) -> None:
        """Lock the memory out of swap, if the user's limit allows it."""
        if sys.platform == "win32":
            return
        with contextlib.suppress(OSError, AttributeError):
            start = ctypes.c_void_p(self.head.ctypes.data)
            self.locked = ctypes.CDLL(None).mlock(start, ctypes.c_size_t(memory_bytes(self.blocks))) == 0

    def unmap(self) -> None:
        """Unmap the memory."""
        # The views must go first: a mapping with views on it cannot be closed.
        del self.head, self.numbers, self.crcs, self.samples
        with contextlib.suppress(BufferError):
            self._release()


def create_memory(blocks: int) -> tuple[RingMemory, RingHandle]:
    """Return memory for a ring of `blocks` blocks, writable only by the caller, and its handle for readers.

    Raises:
        MachineFailure: Shared memory cannot be allocated.
    """
    size = memory_bytes(blocks)
    try:
        memory, handle = _allocate(size, blocks)
    except OSError as error:
        raise MachineFailure(
            f"no shared memory for a ring of {size} bytes ({error.strerror or error})",
            kept="nothing was started",
            fix=fix_for(error, "free some memory and start again"),
        ) from error
    memory.lock()
    memory.head["magic"], memory.head["blocks"] = _MAGIC, blocks
    return memory, handle


def _allocate(size: int, blocks: int) -> tuple[RingMemory, RingHandle]:
    if sys.platform == "linux":
        descriptor = os.memfd_create("cuecard-ring", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(descriptor, size)
            os.posix_fallocate(descriptor, 0, size)  # ENOSPC now rather than SIGBUS later
            mapping = mmap.mmap(descriptor, size)
            mapping.madvise(mmap.MADV_DONTDUMP)
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS | fcntl.F_SEAL_SEAL)
        except OSError:
            os.close(descriptor)
            raise
        return RingMemory(mapping, blocks, mapping.close), RingHandle(
            descriptor, "", lambda: os.close(descriptor)
        )
    from multiprocessing.shared_memory import SharedMemory

    segment = SharedMemory(create=True, size=size)

    def close_and_unlink() -> None:
        segment.close()
        segment.unlink()

    return RingMemory(segment.buf, blocks, lambda: None), RingHandle(None, segment.name, close_and_unlink)


def attach_memory(address: Path) -> RingMemory:
    """Return the memory of the ring that is served at `address`, mapped for reading.

    Raises:
        OSError: No ring is served there.
    """
    if sys.platform == "linux":
        return map_memory(ring_descriptor(address))
    with connected_to(address, ANSWER_TIMEOUT_S) as connection:
        return _receive_name(connection)


def map_memory(descriptor: int) -> RingMemory:
    """Return the memory of a ring, mapped for reading, and close the descriptor.

    Raises:
        OSError: The memory is not a ring.
    """
    try:
        size = os.fstat(descriptor).st_size
        if not _HEAD_BYTES < size <= _LARGEST_BYTES or not _is_sealed(descriptor):
            raise ConnectionRefusedError(_NOT_A_RING)
        mapping = mmap.mmap(descriptor, size, prot=mmap.PROT_READ)
        mapping.madvise(mmap.MADV_DONTDUMP)
    finally:
        os.close(descriptor)
    return RingMemory(mapping, _blocks_in(mapping), mapping.close)


def _is_sealed(descriptor: int) -> bool:
    """Tell whether this memory is sealed against new writers and against truncation (fatal to readers)."""
    try:
        seals = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS)
    except OSError:  # a file, or memory of another kind
        return False
    return seals & _SEALS == _SEALS


def _receive_name(connection: socket.socket) -> RingMemory:
    from multiprocessing.shared_memory import SharedMemory

    segment = SharedMemory(name=connection.recv(255).decode())
    buffer = memoryview(segment.buf or b"")
    return RingMemory(buffer, _blocks_in(buffer), segment.close)


def _blocks_in(buffer: mmap.mmap | memoryview) -> int:
    """Check that the memory is a ring and return its number of blocks."""
    head = np.frombuffer(buffer, _HEAD, count=1)[0]
    blocks = int(head["blocks"])
    if head["magic"] != _MAGIC or not 0 < blocks <= (len(buffer) - _HEAD_BYTES) // _BLOCK.itemsize:
        raise ConnectionRefusedError(_NOT_A_RING)
    return blocks
