"""CPU time and memory of a session's processes, sampled from outside while it runs.

`StageStarted` maps a process to its stage; restarts of a stage are added up.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec
import psutil

_EVERY_S = 0.25
SUPERVISOR = "supervisor"


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Resources of one stage while the recordings played."""

    cpu_s: float
    peak_rss_mb: float


@dataclass
class _Watched:
    stage: str
    process: psutil.Process
    cpu_s: float = 0.0
    """Latest sample."""
    before_s: float = 0.0
    """CPU time at the start of the recordings: loading does not count."""
    rss: int = 0
    peak_rss: int = 0
    alive: bool = True


class ProcessTree:
    """Watches processes as long as the context lasts.

    Args:
        supervisor_pid: The session's first process.
    """

    def __init__(self, supervisor_pid: int) -> None:
        self._supervisor_pid = supervisor_pid
        self._watched: dict[int, _Watched] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample_until_stopped)
        self.watch(SUPERVISOR, supervisor_pid)

    def watch(self, stage: str, pid: int) -> None:
        """Watch another process."""
        try:
            process = psutil.Process(pid)
        except psutil.NoSuchProcess:
            return
        with self._lock:
            self._watched[pid] = _Watched(stage, process)

    def start_counting(self) -> None:
        """Reset the CPU time; from now on every running process is watched."""
        self._watch_the_hub()
        self._sample()
        with self._lock:
            for each in self._watched.values():
                each.before_s = each.cpu_s

    def _watch_the_hub(self) -> None:
        """Find the hub, the one stage without a `StageStarted` event: it runs before there is a log."""
        with self._lock:
            known = set(self._watched)
        for child in psutil.Process(self._supervisor_pid).children(recursive=True):
            if child.pid not in known and "bus" in child.cmdline():
                self.watch("hub", child.pid)

    def resident_mb(self) -> dict[str, float]:
        """Return the memory of each stage, from the latest sample."""
        with self._lock:
            return {each.stage: each.rss / 1e6 for each in self._watched.values() if each.alive}

    def usage(self) -> dict[str, Usage]:
        """Return the resources of each stage."""
        with self._lock:
            stages = {each.stage for each in self._watched.values()}
            return {stage: self._usage(stage) for stage in sorted(stages)}

    def _usage(self, stage: str) -> Usage:
        mine = [each for each in self._watched.values() if each.stage == stage]
        return Usage(
            cpu_s=sum(each.cpu_s - each.before_s for each in mine),
            peak_rss_mb=max(each.peak_rss for each in mine) / 1e6,
        )

    def _sample_until_stopped(self) -> None:
        while not self._stop.wait(_EVERY_S):
            self._sample()

    def _sample(self) -> None:
        with self._lock:
            for each in self._watched.values():
                try:
                    times, memory = each.process.cpu_times(), each.process.memory_info()
                except psutil.Error:  # it has ended; the latest sample stays
                    each.alive = False
                    continue
                each.cpu_s = max(each.cpu_s, times.user + times.system)
                each.rss, each.peak_rss = memory.rss, max(each.peak_rss, memory.rss)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
