"""Collects the bytes and names that each process of a session put outside itself. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from enum import Enum

from session.attest.checks.contract import REQUESTER, SESSION
from session.attest.checks.facts import Facts
from session.attest.tracing.call import Call
from session.attest.tracing.trace import WRITES, Process

Written = dict[tuple[str, "Sink", str], bytes]
"""Bytes by process, sink and target."""

_WITH_KEY = (SESSION, REQUESTER)
_STARTS_PROGRAMS = ("execve", "execveat")


class Sink(Enum):
    """Kind of target that bytes are written to."""

    FILE = "a file"
    """A file, a device, or what is not known to belong to the session."""
    NETWORK = "the network"
    STANDARD_ERROR = "standard error"
    STANDARD_OUTPUT = "standard output"
    MEMORY = "a file in memory"
    INSIDE = "the session's own sockets and pipes"
    NOWHERE = "nowhere"
    """/dev/null and event descriptors, which carry no text."""


def sink_of(target: str, facts: Facts) -> Sink:
    """Return the sink of a descriptor's target."""
    if target.startswith(("/dev/null", "anon_inode:[eventfd]")):
        return Sink.NOWHERE
    if target.startswith(("TCP", "UDP", "RAW", "PING", "SCTP", "PACKET", "VSOCK", "NETLINK")):
        return Sink.NETWORK
    if target == facts.stderr_pipe:
        return Sink.STANDARD_ERROR
    if target == facts.stdout_pipe:
        return Sink.STANDARD_OUTPUT
    if target.startswith("/memfd:"):
        return Sink.MEMORY
    return Sink.INSIDE if facts.is_own(target) else Sink.FILE


def written(facts: Facts) -> Written:
    """Return everything that was written; the bytes of each thread to each target are joined."""
    pieces: dict[tuple[str, int, Sink, str], list[bytes]] = {}
    for process in facts.processes:
        for thread, call in process.calls:
            if call.name in WRITES:
                target = call.target()
                place = (process.name, thread, sink_of(target, facts), target)
                pieces.setdefault(place, []).extend(call.strings)
    found: dict[tuple[str, Sink, str], list[bytes]] = {}
    for (name, _, sink, target), parts in pieces.items():
        if sink is not Sink.NOWHERE:
            found.setdefault((name, sink, target), []).append(b"".join(parts))
    return {place: b"\n".join(parts) for place, parts in found.items()}


def names(process: Process) -> dict[str, bytes]:
    """Return the texts in a process's other calls, by call: paths, arguments, names, options.

    Names of files that exist are left out: the process did not make them up; so is what a stage without keys
    looked up before it was ready. The last parts of paths are added once more, joined, since words may be
    spread over several.
    """
    texts: dict[str, list[bytes]] = {}
    for _, call in process.calls:
        knows = process.kind in _WITH_KEY or process.is_ready(call.at_s)
        if knows and call.name not in WRITES and not _looked_up(call):
            texts.setdefault(call.name, []).extend(call.strings)
    return {name: b"\n".join(_with_last_parts(parts)) for name, parts in texts.items()}


def _looked_up(call: Call) -> bool:
    """Return whether a call found what it looked up, or whose text is judged elsewhere."""
    found = call.name in _LOOKUPS and not call.failed and "O_CREAT" not in call.arguments
    return found or call.name in (*_STARTS_PROGRAMS, "recvmsg")


_LOOKUPS = frozenset(
    {
        "open",
        "openat",
        "stat",
        "lstat",
        "newfstatat",
        "statx",
        "access",
        "faccessat",
        "faccessat2",
        "readlink",
    }
)


def _with_last_parts(texts: Iterable[bytes]) -> Iterator[bytes]:
    unique = list(dict.fromkeys(text for text in texts if text))
    yield from unique
    last = [posixpath.basename(text) for text in unique]
    yield b" ".join(last)
    yield b"".join(last)


def arguments(process: Process) -> bytes:
    """Return the arguments of the programs that a process started, or tried to."""
    started = [call for _, call in process.calls if call.name in _STARTS_PROGRAMS]
    return b"\n".join(text for call in started for text in Call("", ",".join(call.parts[:2]), "").strings)


def variables(process: Process) -> list[bytes]:
    """Return the environment variables that a process gave to the programs it started, or tried to."""
    started = [call for _, call in process.calls if call.name in _STARTS_PROGRAMS]
    return [text for call in started for text in Call("", ",".join(call.parts[2:]), "").strings]
