"""Pins trials to cores: nodes of one computer get equal parts that do not overlap.

Linux only; elsewhere nothing is pinned.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Sequence
from pathlib import Path

Place = tuple[str, list[int]]
"""Identity of a computer, and the cores that the processes of one of its nodes may use."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_THREADS = Path("/proc/self/task")


def this_place() -> Place:
    """Return the place of this process; containers of one computer have the same identity."""
    if not hasattr(os, "sched_setaffinity"):
        return socket.gethostname(), []
    return _BOOT.read_text(encoding="ascii").strip(), sorted(os.sched_getaffinity(0))


def shares(places: Sequence[Place]) -> list[list[int]]:
    """Return the cores of each seat, in this order; none where a computer has more seats than cores.

    All seats of a computer get equally many cores, so some cores may stay unused.
    """
    found: list[list[int]] = [[] for _ in places]
    for computer in dict.fromkeys(name for name, _ in places):
        seats = [number for number, (name, _) in enumerate(places) if name == computer]
        cores = sorted(set.intersection(*(set(places[number][1]) for number in seats)))
        size = len(cores) // len(seats)
        for place, number in enumerate(seats):
            found[number] = cores[place * size : (place + 1) * size]
    return found


def pin(cores: Sequence[int]) -> None:
    """Keep this process, all its threads, and what they start later, on these cores.

    Raises:
        OSError: A core does not exist, or may not be used.
    """
    for thread in _THREADS.iterdir():
        with contextlib.suppress(ProcessLookupError):  # it has ended
            os.sched_setaffinity(int(thread.name), cores)
