"""Measures a process tree: processor time and memory, sampled twice a second."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

import msgspec
import psutil

from livebench.playing.load import usable_cores

_EVERY_S = 0.5


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """State of a process tree, and of the machine."""

    at_ns: int
    """CLOCK_MONOTONIC, nanoseconds."""
    cpu_s: float
    """Processor seconds of all processes since their start."""
    rss_mb: float
    """Resident memory of all processes, shared pages counted once per process."""
    machine_cpu_s: float
    """Processor seconds of everything on the cores that this process may use, since the machine started."""


class Meter:
    """Follows a process and all its descendants until it is stopped.

    Processes that detach themselves from the tree are missed.

    Args:
        pid: The process.
        is_sandbox: It only waits for the system, so its memory does not count.
    """

    def __init__(self, pid: int, *, is_sandbox: bool = False) -> None:
        self._is_sandbox = is_sandbox
        self._root = psutil.Process(pid)
        self._cpu_s = 0.0
        self.samples: list[Sample] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stop.set()
        self._thread.join()

    def look(self) -> None:
        """Take a sample now."""
        with self._lock:
            rss_bytes, cpu_s = 0, 0.0
            with contextlib.suppress(psutil.Error):
                for process in [self._root, *self._root.children(recursive=True)]:
                    with contextlib.suppress(psutil.Error), process.oneshot():
                        # What ended children used is in the times of the parent that waited for them.
                        cpu_s += sum(process.cpu_times()[:4])
                        if not (self._is_sandbox and process == self._root):
                            rss_bytes += process.memory_info().rss
            self._cpu_s = max(self._cpu_s, cpu_s)
            self.samples.append(Sample(time.monotonic_ns(), self._cpu_s, rss_bytes / 1e6, _machine_cpu_s()))

    def _watch(self) -> None:
        while not self._stop.wait(_EVERY_S):
            self.look()


def _machine_cpu_s() -> float:
    cores, times = usable_cores(), psutil.cpu_times(percpu=True)
    mine = [times[core] for core in cores] if cores[-1] < len(times) else times  # some cores are switched off
    return sum(map(_busy_s, mine))


def _busy_s(times: Any) -> float:
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))
