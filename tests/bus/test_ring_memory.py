from __future__ import annotations

import mmap
import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from bus.failures import MachineFailure
from bus.ring.memory import attach_memory, create_memory
from bus.ring.writer import RingWriter

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="sealed memfds exist on Linux alone")


@linux_only
def test_the_kernel_refuses_a_second_writer() -> None:
    memory, handle = create_memory(10)
    assert handle.descriptor is not None
    with pytest.raises(PermissionError):
        mmap.mmap(handle.descriptor, 4096, prot=mmap.PROT_WRITE | mmap.PROT_READ)
    with pytest.raises(PermissionError):
        os.write(handle.descriptor, b"x")
    with pytest.raises(PermissionError):
        os.ftruncate(handle.descriptor, 0)
    memory.unmap()
    handle.close()


@linux_only
def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with RingWriter(tmp_path / "r", first_sample_ns=0, seconds=0.1):
        memory = attach_memory(tmp_path / "r")
        with pytest.raises(ValueError, match="read-only"):
            memory.samples[0, 0] = 1
        memory.unmap()


@linux_only
@pytest.mark.parametrize("size", [0, 100, 4096, 4096 + 336, 9999])
def test_what_is_no_ring_is_refused(tmp_path: Path, size: int) -> None:
    address = tmp_path / "r"
    descriptor = os.memfd_create("stranger")
    os.ftruncate(descriptor, size)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        server.listen()

        def serve() -> None:
            line, _ = server.accept()
            with line:
                socket.send_fds(line, [b"ring"], [descriptor])

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(ConnectionRefusedError):
            attach_memory(address)
        thread.join(5)
    os.close(descriptor)


def test_a_missing_directory_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(MachineFailure, match="cannot be made"):
        RingWriter(tmp_path / "nowhere" / "at" / "all", first_sample_ns=0, seconds=0.1)
