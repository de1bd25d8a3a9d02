"""Samples what other users see of a session: names, arguments, shared memory."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

_INTERVAL_S = 0.1
_SHARED_MEMORY = ("shm", "msg", "sem")


class PublicNames:
    """Samples the names of a process's descendants while it is entered.

    Args:
        pid: The process; its own names are not sampled.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen: dict[int, list[str]] = {}
        """Every text that was seen of each process, once."""

    def _run(self) -> None:
        while not self._ending.wait(_INTERVAL_S):
            with contextlib.suppress(psutil.Error):
                for process in psutil.Process(self._pid).children(recursive=True):
                    seen = self.seen.setdefault(process.pid, [])
                    known = {*seen, *_names(self._pid)}  # a child of the tracer begins with its names
                    seen += [name for name in _names(process.pid) if name not in known]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()


def _names(pid: int) -> Iterator[str]:
    folder = Path("/proc", str(pid))
    with contextlib.suppress(OSError):  # it has ended
        yield (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        for thread in (folder / "task").iterdir():
            yield (thread / "comm").read_bytes().decode(errors="replace").strip()


def shared_memory() -> list[str]:
    """Return the System V objects in this IPC namespace."""
    found = []
    for kind in _SHARED_MEMORY:
        with contextlib.suppress(OSError):
            _, *objects = Path("/proc/sysvipc", kind).read_text().splitlines()
            found += [f"{kind} {each.split()[0]} {each.split()[1]}" for each in objects]
    return found
