"""Facts about a traced session: its own pipes, sockets, processes and places. Pure.

The rules of `session.attest.checks.calls` decide with them whether a call is allowed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from session.attest.checks.contract import RUN, SESSION, Contract, import_of_missing
from session.attest.tracing.call import Call
from session.attest.tracing.places import Places
from session.attest.tracing.trace import SPAWNER, Process

_INODE = re.compile(r"(?:UNIX[\w-]*|pipe|socket):\[(\d+)")
_CREATES = frozenset({"socket", "socketpair", "pipe", "pipe2", "accept", "accept4"})
_PATH = re.compile(r'sun_path="((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True)
class Facts:
    """What is known about a session as a whole."""

    processes: Sequence[Process]
    folder: str
    provider: str
    """Address of the provider: "127.0.0.1:40123"."""
    stdout_pipe: str
    stderr_pipe: str
    environment: Mapping[str, str]
    """The environment that the session was given."""
    places: Mapping[str, Places]
    """What each kind of stage may read."""
    python: str
    """The interpreter that every process runs in."""

    @cached_property
    def contract(self) -> Contract:
        """The contract, for this session's folders."""
        return Contract(self.folder, self._pid_of(SESSION), self._pid_of(SPAWNER), self._run, self.pids)

    @cached_property
    def _run(self) -> str:
        """The run directory: the first folder that the supervisor created."""
        made = (
            call.strings[0].decode(errors="replace")
            for process in self.processes
            if process.name == SESSION
            for _, call in process.calls
            if call.name == "mkdir" and not call.failed and call.strings
        )
        pattern = RUN.format(folder=re.escape(self.folder), session=self._pid_of(SESSION))
        return next((path for path in made if re.fullmatch(pattern, path)), "")

    @cached_property
    def _existing(self) -> frozenset[str]:
        """Files that were found, and their folders."""
        return frozenset(
            folder
            for process in self.processes
            for _, call in process.calls
            if call.name in ("openat", "newfstatat", "stat") and not call.failed and call.strings
            for folder in _and_folders(call.strings[0].decode(errors="replace"))
        )

    def _pid_of(self, name: str) -> int:
        return next((process.pid for process in self.processes if process.name == name), 0)

    @cached_property
    def pids(self) -> frozenset[int]:
        """All its processes and threads."""
        threads = {thread for process in self.processes for thread, _ in process.calls}
        return frozenset(threads | {process.pid for process in self.processes})

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(
            inode
            for process in self.processes
            for _, call in process.calls
            if call.name in _CREATES and not call.failed
            for inode in _created(call)
        )

    @cached_property
    def _served(self) -> frozenset[str]:
        return frozenset(
            path
            for process in self.processes
            for _, call in process.calls
            if call.name == "bind" and not call.failed and (path := unix_path(call))
        )

    def is_own(self, target: str) -> bool:
        """Return whether a pipe or Unix socket was created by a process of the session."""
        found = _INODE.match(target)
        return found is not None and found[1] in self._own

    def is_served(self, path: str) -> bool:
        """Return whether a process of the session listens on this Unix socket."""
        return path in self._served

    def may_miss(self, process: Process, path: str) -> bool:
        """Return whether a process that has words may look up this path, which does not exist."""
        imported = import_of_missing(path)
        known = bool(imported) and imported in self._existing
        return known or self.contract.may_look_up(process.kind, process.pid, path)

    def may_read(self, process: Process, path: str) -> bool:
        """Return whether a process may look up this path: a place of its row, or on the way to one."""
        path = posixpath.normpath(path)
        places, on_the_way = self._places[process.kind]
        if path in on_the_way or any(each in places for each in _and_folders(path)):
            return True
        return self.contract.may_look_up(process.kind, process.pid, path)

    @cached_property
    def _places(self) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
        """For each kind of process, its places and the folders that contain them."""
        rows = {kind: {*row.reads, *row.devices} for kind, row in self.places.items()}
        rows[SESSION] = rows[SPAWNER] = {place for row in rows.values() for place in row}
        return {
            kind: (frozenset(row), frozenset(folder for place in row for folder in _and_folders(place)))
            for kind, row in rows.items()
        }


def _and_folders(path: str) -> Iterator[str]:
    yield path
    while path not in ("/", ""):
        path = posixpath.dirname(path)
        yield path


def unix_path(call: Call) -> str:
    """Return the path of the Unix socket in a call; empty for another address or an abstract name."""
    found = _PATH.search(call.arguments)
    return bytes.fromhex(found[1].replace("\\x", "")).decode(errors="replace") if found else ""


def _created(call: Call) -> Iterator[str]:
    accepted = call.name in ("accept", "accept4")
    texts = [call.opened] if accepted or call.name == "socket" else call.descriptors
    for text in texts:
        if found := _INODE.match(text):
            yield found[1]
