"""The machine of a measurement and its clock, without paths and names."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from pathlib import Path

import msgspec
import psutil


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Hardware and system; runs on machines that differ in it are never pooled."""

    processor: str
    cores: int
    """Usable by this process."""
    memory_gb: float
    system: str
    python: str

    @property
    def fingerprint(self) -> str:
        """Short hash of processor, cores and memory."""
        facts = f"{self.processor}|{self.cores}|{self.memory_gb:.0f}"
        return hashlib.sha256(facts.encode()).hexdigest()[:12]


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """Two clocks at the start and the end of a round, nanoseconds."""

    monotonic_ns: tuple[int, int]
    boottime_ns: tuple[int, int]
    """The same clock including suspension."""

    @property
    def suspended_s(self) -> float:
        """How long the machine was suspended in between."""
        passed = [clock[1] - clock[0] for clock in (self.monotonic_ns, self.boottime_ns)]
        return (passed[1] - passed[0]) / 1e9


def this_machine() -> Machine:
    """Return the machine that runs this."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(
        processor=processor(),
        cores=usable,
        memory_gb=round(psutil.virtual_memory().total / 1e9, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
    )


def processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def clocks_ns() -> tuple[int, int]:
    """Return the monotonic clock, and the same including suspension."""
    now_ns = time.monotonic_ns()
    return now_ns, time.clock_gettime_ns(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else now_ns
