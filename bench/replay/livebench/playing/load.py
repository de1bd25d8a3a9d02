"""Loads the machine during a measurement: stand-ins for the other programs of a user.

The load runs at normal niceness in processes of its own, and never outlives the process that started it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Mapping
from typing import Literal

import psutil

Load = Literal["none", "one", "both60"]
"""Nothing, one core taken completely, or every core 60 % busy."""

_PERIOD_S = 0.01
"""About the rhythm of an audio callback, and half a video frame."""


class Busy:
    """Processes that keep cores busy."""

    def __init__(self, shares: Mapping[int, float]) -> None:
        started = multiprocessing.get_context("spawn")
        self._processes = [
            started.Process(target=_work, args=(core, share, os.getpid()), daemon=True)
            for core, share in shares.items()
        ]
        self._began_s = time.monotonic()
        for each in self._processes:
            each.start()

    @property
    def cores(self) -> float:
        """CPU seconds a second that the processes have taken so far."""
        used = [sum(psutil.Process(each.pid).cpu_times()[:2]) for each in self._processes]
        return float(sum(used)) / (time.monotonic() - self._began_s)

    def end(self) -> None:
        """End the load."""
        for each in self._processes:
            each.kill()
            each.join()


@contextlib.contextmanager
def loaded(load: Load) -> Iterator[Busy]:
    """Load the machine as long as the context lasts."""
    with busy_cores(_shares(load)) as busy:
        yield busy


@contextlib.contextmanager
def busy_cores(shares: Mapping[int, float]) -> Iterator[Busy]:
    """Keep each of these cores busy for a share of its time (0 to 1) as long as the context lasts."""
    busy = Busy(shares)
    try:
        yield busy
    finally:
        busy.end()


def usable_cores() -> list[int]:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def hurry(pid: int) -> None:
    """Schedule a replay before the load, as sound servers are; without the right to do so it stays as it is.

    Niceness is not enough: Linux applies it only among the processes of one terminal (autogroup).
    """
    if hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(1))


def _shares(load: Load) -> dict[int, float]:
    cores = usable_cores()
    return {"none": {}, "one": {cores[0]: 1.0}, "both60": dict.fromkeys(cores, 0.6)}[load]


def _work(core: int, share: float, parent_pid: int) -> None:
    """Use a share of a core's time until the parent has ended, at normal niceness and without a message."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with contextlib.suppress(OSError, AttributeError):  # not allowed, or no such call on this system
        os.sched_setaffinity(0, {core})
        os.setpriority(os.PRIO_PROCESS, 0, 0)
    while os.getppid() == parent_pid:
        rested_s = time.process_time()
        while time.process_time() - rested_s < _PERIOD_S * share:
            pass
        if share < 1.0:
            time.sleep(_PERIOD_S * (1 - share))
