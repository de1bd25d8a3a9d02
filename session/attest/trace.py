"""Computes what each process did from strace's output for each thread."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from bus.bootstrap import BEGIN
from bus.stages import STAGES
from session.attest.call import Call, parse, readable

WATCHED = (
    "open", "creat", "openat", "openat2", "mmap", "memfd_create",
    "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg",
    "sendfile", "copy_file_range", "splice", "vmsplice", "io_uring_setup",
    "socket", "socketpair", "bind", "connect",
    "execve", "execveat", "clone", "clone3", "?fork", "?vfork",
)  # fmt: skip
"""The traced system calls: those that write, send, open or start something."""

_WRITES = frozenset({"write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg"})
_HIDDEN = frozenset({"sendfile", "copy_file_range", "splice", "vmsplice", "io_uring_setup"})
_STARTS = frozenset({"clone", "clone3", "fork", "vfork"})
_STAGES_BY_MODULE = {plan.module: plan for plan in STAGES}


class Sink(Enum):
    """Kind of target that bytes are written to."""

    FILE = "a file"
    NETWORK = "the network"
    STANDARD_ERROR = "standard error"
    INSIDE = "the session's own sockets and pipes"
    NOWHERE = "nowhere"
    """/dev/null and event descriptors, which carry no text."""


@dataclass
class Process:
    """The actions of one process."""

    pid: int
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    variables: list[bytes] = field(default_factory=list)
    """Its environment, NAME=value."""
    files: Counter[str] = field(default_factory=Counter)
    """Files opened or mapped for writing, with the bytes written to each."""
    refused_files: Counter[str] = field(default_factory=Counter)
    sockets: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Requested socket families with the result: ("AF_INET", "EINVAL")."""
    addresses: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Addresses it connected to with the result, without sockets of its own session."""
    written: dict[tuple[int, Sink, str], bytearray] = field(default_factory=dict)
    """Written bytes, by thread, sink and target."""
    hidden: Counter[str] = field(default_factory=Counter)
    """Calls whose bytes strace does not print."""

    def bytes_to(self, sink: Sink) -> int:
        """Return how many bytes it wrote to a sink."""
        return sum(len(data) for (_, kind, _), data in self.written.items() if kind is sink)


def read(folder: Path) -> list[Process]:
    """Return the processes traced in `folder`, which has one file for each thread."""
    calls = {int(file.suffix[1:]): _calls(file) for file in folder.glob("*.*")}
    return fold(calls)


def fold(calls: Mapping[int, Iterable[Call]]) -> list[Process]:
    """Return the processes, ordered by process id.

    Args:
        calls: The calls of each thread, in order.
    """
    calls = {thread: list(own) for thread, own in calls.items()}
    starter = {
        call.number: (thread, "CLONE_THREAD" in call.arguments)
        for thread, own in calls.items()
        for call in own
        if call.name in _STARTS and call.number > 0
    }
    processes: dict[int, Process] = {}
    for thread in sorted(calls):
        pid = thread
        while starter.get(pid, (0, False))[1]:
            pid = starter[pid][0]
        process = processes.setdefault(pid, Process(pid))
        for call in calls[thread]:
            _apply(process, thread, call)
    for pid in sorted(processes):
        parent = processes.get(starter.get(pid, (0, False))[0])
        if parent and not _is_stage(processes[pid]):
            processes[pid].name = f"{parent.name}, its {processes[pid].name or 'fork'}"
    return [processes[pid] for pid in sorted(processes)]


def sink_of(descriptor: int, target: str) -> Sink:
    """Return the sink of a descriptor."""
    if target.startswith(("/dev/null", "anon_inode:")):
        return Sink.NOWHERE
    if target.startswith(("TCP", "UDP", "RAW", "PING", "SCTP", "PACKET", "VSOCK", "NETLINK")):
        return Sink.NETWORK
    if descriptor == 2:
        return Sink.STANDARD_ERROR
    inside = target.startswith(("UNIX", "pipe:", "socket:", "/memfd:", "/dev/pts/", "/dev/tty"))
    return Sink.INSIDE if inside else Sink.FILE


def _calls(file: Path) -> list[Call]:
    lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    return [call for line in lines if (call := parse(line)) is not None]


def _apply(process: Process, thread: int, call: Call) -> None:
    if call.name in _WRITES:
        _apply_write(process, thread, call)
    elif call.name in ("open", "openat", "openat2", "creat"):
        _apply_open(process, call)
    elif call.name == "mmap":
        _apply_mapping(process, call)
    elif call.name in ("socket", "socketpair"):
        process.sockets[call.arguments.split(",")[0], call.error or "opened"] += 1
    elif call.name == "connect":
        _apply_connection(process, call)
    elif call.name in ("execve", "execveat") and not call.failed:
        _apply_exec(process, call)
    elif call.name in _HIDDEN and not call.failed:
        process.hidden[call.name] += 1


def _apply_write(process: Process, thread: int, call: Call) -> None:
    if call.failed:
        return
    target = call.target
    sink = sink_of(call.descriptor, target)
    if sink is Sink.NOWHERE:
        return
    data = b"".join(call.strings)
    if call.number > 0 and (not data or not call.is_complete):
        process.hidden[f"{call.name}, cut short by strace"] += 1
    process.written.setdefault((thread, sink, target), bytearray()).extend(data)
    if sink is Sink.FILE:
        process.files[target] += max(call.number, 0)


def _apply_open(process: Process, call: Call) -> None:
    writes = call.name == "creat" or re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", call.arguments)
    if not writes:
        return
    if call.failed:
        process.refused_files[f"{_path(call)} ({call.error})"] += 1
    elif sink_of(-1, call.opened) is Sink.FILE:
        process.files[call.opened] += 0


def _apply_mapping(process: Process, call: Call) -> None:
    shared = "PROT_WRITE" in call.arguments and "MAP_SHARED" in call.arguments
    if shared and not call.failed and sink_of(-1, call.last_descriptor) is Sink.FILE and call.last_descriptor:
        process.files[call.last_descriptor] += 0


def _apply_connection(process: Process, call: Call) -> None:
    address = readable(call.arguments.partition("{")[2].rpartition("}")[0])
    if "sa_family=AF_UNIX" not in address or 'sun_path="' not in address:
        process.addresses[address, call.error or "connected"] += 1


def _apply_exec(process: Process, call: Call) -> None:
    quoted, variables = call.arguments.split("[", 1)[1].split("], [", 1)
    process.arguments = re.findall(r'"([^"]*)"', readable(quoted))
    process.variables = Call("", variables, "").strings
    process.name = _name(process.arguments)


def _name(arguments: list[str]) -> str:
    """Return the name of a process: its stage, as "vad:call", or its program."""
    if "-m" not in arguments:
        return " ".join([Path(arguments[0]).name, *arguments[1:3]])
    module, *rest = (word for word in arguments[arguments.index("-m") + 1 :] if word != BEGIN)
    plan = _STAGES_BY_MODULE.get(module)
    name = plan.name if plan else module
    return f"{name}:{rest[0]}" if plan and plan.per_source and rest else name


def _is_stage(process: Process) -> bool:
    return "-m" in process.arguments


def _path(call: Call) -> str:
    return (call.strings or [b"?"])[0].decode(errors="replace")
