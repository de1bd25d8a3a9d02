"""The ring's memory stays out of swap and dumps if possible, and reports it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bus.ring.memory import attach_memory
from bus.ring.writer import RingWriter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what /proc tells is Linux's")


def mappings() -> dict[str, dict[str, str]]:
    """Return the kernel's data on each of this process's mappings of a ring, by address."""
    parts = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE)
    return {
        part.partition(" ")[0]: dict(re.findall(r"^(\w+): +(.+)$", part, re.MULTILINE))
        for part in parts
        if "cuecard-ring" in part
    }


def test_the_whole_ring_is_locked_and_in_no_dump(tmp_path: Path) -> None:
    before = mappings()  # rings of other tests that were not collected yet

    def ours_now() -> list[dict[str, str]]:
        return [mapping for address, mapping in mappings().items() if address not in before]

    with RingWriter(tmp_path / "r", first_sample_ns=0, seconds=1.0) as ring:
        assert ring.locked
        (alone,) = ours_now()
        assert alone["Locked"] == alone["Size"]
        memory = attach_memory(tmp_path / "r")
        readers, ours = sorted(ours_now(), key=lambda mapping: "wr" in mapping["VmFlags"].split())
        memory.unmap()
    assert "lo" in ours["VmFlags"].split()
    assert "dd" in ours["VmFlags"].split()
    assert "dd" in readers["VmFlags"].split()


def test_a_ring_works_and_reports_without_locked_memory(tmp_path: Path) -> None:
    program = """
import os, resource, sys
from bus.ring.memory import create_memory
resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
if os.getuid() == 0:
    os.setuid(65534)  # root may lock whatever the limit says
memory, handle = create_memory(10)
memory.samples[:] = 1
print(memory.locked)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=dict(os.environ), check=False
    )
    assert ended.stdout == "False\n", ended.stderr


def test_too_few_open_files_are_a_failure_with_a_fix() -> None:
    program = """
import resource
from bus.failures import MachineFailure
from bus.ring.memory import create_memory
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
try:
    create_memory(10)
except MachineFailure as failure:
    print(failure.fix)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.stdout == "allow more open files (`ulimit -n 1024`) and start again\n", ended.stderr
