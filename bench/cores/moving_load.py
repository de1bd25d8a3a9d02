"""Lets the stand-in for a busy program move between cores.

A real one is moved by the system. `--load one` pins it to the first core, which would favour every placement
that avoids that core.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

import psutil

from livebench.playing.load import Load, usable_cores

_EVERY_S = 0.2
_IS_STAND_IN = "spawn_main"
"""In the command line of a process that `multiprocessing` started."""


@contextlib.contextmanager
def moving(load: Load) -> Iterator[None]:
    """Give the processes of this load all usable cores, as long as the context lasts."""
    if load != "one" or not hasattr(os, "sched_setaffinity"):
        yield
        return
    stopping = threading.Event()
    thread = threading.Thread(target=_release, args=(stopping,))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _release(stopping: threading.Event) -> None:
    cores = usable_cores()
    while not stopping.wait(_EVERY_S):
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.Error, OSError):
                if _IS_STAND_IN in " ".join(child.cmdline()):
                    os.sched_setaffinity(child.pid, cores)
