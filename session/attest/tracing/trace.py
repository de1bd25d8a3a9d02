"""Reads strace's output: the processes of a session, and their calls in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bus.process.bootstrap import BEGIN
from bus.stages.table import STAGES
from session.attest.tracing.call import Call, parse, readable

UNTRACED = (
    "futex", "futex_waitv", "?poll", "ppoll", "?select", "pselect6", "?epoll_wait", "epoll_pwait",
    "?epoll_pwait2", "epoll_ctl", "epoll_create1", "?epoll_create", "nanosleep", "clock_nanosleep",
    "clock_gettime", "clock_getres", "gettimeofday", "?time", "times", "getrusage", "sched_yield",
    "restart_syscall", "membarrier", "?rseq", "brk", "munmap", "mprotect", "mremap", "madvise", "mincore",
    "getrandom", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "sigaltstack",
    "set_robust_list", "set_tid_address", "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid",
    "getegid", "getresuid", "getresgid", "getgroups", "getpgid", "getsid", "?getpgrp", "uname", "sysinfo",
    "getcwd", "sched_getaffinity", "sched_getparam", "sched_getscheduler", "getpriority", "?getrlimit",
    "read", "readv", "pread64", "preadv", "?preadv2", "getdents64", "?getdents", "recvfrom", "lseek",
    "close", "?close_range", "dup", "?dup2", "dup3", "fstat", "getsockname", "getpeername", "getsockopt",
    "timerfd_create", "timerfd_settime", "timerfd_gettime", "fstatfs", "fadvise64", "mbind", "mlock",
    "munlock", "?eventfd", "eventfd2", "exit", "wait4", "waitid", "?arch_prctl",
)  # fmt: skip
"""Untraced system calls: they wait, read, or change only the calling process, and take no text."""

_STARTS = frozenset({"clone", "clone3", "fork", "vfork"})
_STAGES_BY_MODULE = {plan.module: plan for plan in STAGES}
SPAWNER, SPAWNER_MODULE = "spawner", "session.supervise.spawner"
BROKER, BROKER_MODULE = "key-broker", "llm.keys.key_broker"
_OTHER_MODULES = {"session": "session", SPAWNER_MODULE: SPAWNER, BROKER_MODULE: BROKER}
_READY = b"\xa4type\xaaStageReady", b"\xa4type\xacStageStarted"
WRITES = frozenset({"write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg"})
"""The calls that write bytes which strace shows."""


@dataclass
class Process:
    """One program that ran, and its calls; a new program in the same process is another one."""

    pid: int
    name: str = ""
    """Its stage, as "vad:call"; "session"; or its program and whose child it is."""
    kind: str = ""
    """The kind of its stage, "session", or the same of the process that started it."""
    arguments: list[str] = field(default_factory=list)
    variables: list[bytes] = field(default_factory=list)
    """Its environment, NAME=value."""
    calls: list[tuple[int, Call]] = field(default_factory=list)
    """Its calls with the thread that made each, in order."""
    parent: Process | None = None

    is_stage: bool = False
    """Whether it is a stage or the supervisor, and no child of one."""

    def is_in_self_test(self, at_s: float) -> bool:
        """Return whether it was testing its sandbox then, before it got anything of the session."""
        if self.parent and not self.is_stage:
            return self.parent.is_in_self_test(at_s)
        return self._ready_s is not None and self._filtered_s <= at_s < self._ready_s

    def is_ready(self, at_s: float) -> bool:
        """Return whether it had reported that it is ready, after which it gets audio and words.

        A process that does not report this is as ready as the one that started it, or at once; the broker
        gets names of keys only.
        """
        if self.kind == BROKER:
            return False
        if self._ready_s is None:
            return self.parent is None or self.parent.is_ready(at_s)
        return at_s >= self._ready_s

    @cached_property
    def _filtered_s(self) -> float:
        return min((call.at_s for _, call in self.calls if _loads_filter(call)), default=_NEVER)

    @cached_property
    def _ready_s(self) -> float | None:
        return min((call.at_s for _, call in self.calls if _reports_ready(call)), default=None)


_NEVER = float("inf")


def _loads_filter(call: Call) -> bool:
    return call.name == "seccomp" and "SECCOMP_SET_MODE_FILTER" in call.arguments and not call.failed


def _reports_ready(call: Call) -> bool:
    return call.name in WRITES and any(mark in text for text in call.strings for mark in _READY)


def read(folder: Path) -> list[Process]:
    """Return the processes traced in `folder`, which has one file for each thread."""
    return fold({int(file.suffix[1:]): _calls(file) for file in folder.glob("*.*")})


def fold(calls: Mapping[int, Iterable[Call]]) -> list[Process]:
    """Return the processes, ordered by process id and time.

    Args:
        calls: The calls of each thread, in order.
    """
    calls = {thread: list(own) for thread, own in calls.items()}
    starter = {
        call.number: (thread, call)
        for thread, own in calls.items()
        for call in own
        if call.name in _STARTS and call.number > 0
    }
    processes: dict[int, list[Process]] = {}
    for pid in sorted(calls, key=lambda pid: starter[pid][1].at_s if pid in starter else 0.0):
        if pid in starter and "CLONE_THREAD" in starter[pid][1].arguments:
            continue
        threads = [each for each in calls if _process_of(each, starter) == pid]
        by_time = sorted(
            ((thread, call) for thread in threads for call in calls[thread]), key=lambda each: each[1].at_s
        )
        parent = _parent(pid, starter, processes)
        processes[pid] = list(_programs(pid, by_time, parent))
    return [process for pid in sorted(processes) for process in processes[pid]]


def _process_of(thread: int, starter: Mapping[int, tuple[int, Call]]) -> int:
    while thread in starter and "CLONE_THREAD" in starter[thread][1].arguments:
        thread = starter[thread][0]
    return thread


def _parent(
    pid: int, starter: Mapping[int, tuple[int, Call]], processes: Mapping[int, list[Process]]
) -> Process | None:
    if pid not in starter:
        return None
    thread, call = starter[pid]
    programs = processes.get(_process_of(thread, starter), [])
    began = [each for each in programs if any(own is call for _, own in each.calls)]
    return began[0] if began else None


def _programs(pid: int, calls: Iterable[tuple[int, Call]], parent: Process | None) -> Iterator[Process]:
    """Yield the programs that ran in a process one after the other; the first is a copy of its parent."""
    process = Process(pid, parent=parent)
    if parent:
        process.kind, process.name = parent.kind, f"{parent.name}, its copy"
        process.arguments, process.variables = parent.arguments, parent.variables
    for thread, call in calls:
        process.calls.append((thread, call))
        if call.name in ("execve", "execveat") and not call.failed:
            if parent:
                yield process
            process = _started(pid, call, parent or process)
    yield process


def _started(pid: int, call: Call, parent: Process) -> Process:
    quoted, variables = call.arguments.split("[", 1)[1].split("], [", 1)
    process = Process(pid, arguments=_texts(quoted), variables=Call("", variables, "").strings, parent=parent)
    process.kind = process.name = _stage_name(process.arguments)
    process.kind = process.kind.partition(":")[0]
    process.is_stage = bool(process.name)
    if not process.name:
        program = " ".join([Path(process.arguments[0]).name, *process.arguments[1:3]])
        process.kind, process.name = parent.kind, f"{parent.name}, its {program}"
    return process


def _stage_name(arguments: list[str]) -> str:
    """Return the name of a stage, as "vad:call"; empty for another program."""
    if "-m" not in arguments:
        return ""
    module, *rest = [word for word in arguments[arguments.index("-m") + 1 :] if word != BEGIN] or [""]
    plan = _STAGES_BY_MODULE.get(module)
    if plan is None:
        return _OTHER_MODULES.get(module, "")
    return f"{plan.name}:{rest[0]}" if plan.per_source and rest else plan.name


def _calls(file: Path) -> list[Call]:
    lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    return [call for line in lines if (call := parse(line)) is not None]


def _texts(text: str) -> list[str]:
    return re.findall(r'"([^"]*)"', readable(text))
