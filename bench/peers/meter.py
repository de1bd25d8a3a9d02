"""Measures a process tree: processor time and memory, sampled twice a second."""

from __future__ import annotations

import contextlib
import threading

import psutil

_EVERY_S = 0.5


class Meter:
    """Follows a process and all its descendants until it is stopped.

    A process that lives for less than half a second may be missed; no peer starts such. Shared memory pages
    count once per process.
    """

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._cpu_s: dict[int, float] = {}
        self._before_s = 0.0
        self.peak_rss_mb = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def cpu_s(self) -> float:
        """Processor seconds since `reset`, over all processes."""
        return sum(self._cpu_s.values()) - self._before_s

    def reset(self) -> None:
        """Restart the count of processor time: loading does not count."""
        self._look()
        self._before_s = sum(self._cpu_s.values())

    def stop(self) -> None:
        """Stop watching."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(_EVERY_S):
            self._look()

    def _look(self) -> None:
        rss_bytes = 0
        with contextlib.suppress(psutil.Error):
            for process in [self._root, *self._root.children(recursive=True)]:
                with contextlib.suppress(psutil.Error), process.oneshot():
                    times = process.cpu_times()
                    self._cpu_s[process.pid] = times.user + times.system
                    rss_bytes += process.memory_info().rss
        self.peak_rss_mb = max(self.peak_rss_mb, rss_bytes / 1e6)
