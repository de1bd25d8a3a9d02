"""Table of the system calls that a session may make, with their arguments. Pure.

A call that is not in the table, or has other arguments, is a finding, also when the kernel refused it. Only
the calls of `trace.UNTRACED` are allowed with any arguments.
"""

from __future__ import annotations

from collections.abc import Mapping

from session.attest.checks import file_calls as files
from session.attest.checks import process_calls as processes
from session.attest.checks import socket_calls as sockets
from session.attest.checks.act import Act, Rule
from session.attest.tracing.call import KILLED
from session.attest.tracing.trace import WRITES


def is_allowed(act: Act) -> bool:
    """Return whether the table allows a call."""
    rule = TABLE.get(act.call.name)
    return (rule is not None and rule(act)) or _is_self_test(act)


def _is_self_test(act: Act) -> bool:
    """Return whether a stage tried what its sandbox must refuse, and was refused."""
    return act.call.failed and act.process.is_in_self_test(act.call.at_s)


def _always(act: Act) -> bool:
    return True


_LOOKUPS = ("stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink", "statfs")
_CHANGES = ("mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2")
_SANDBOX = ("seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "capget")

TABLE: Mapping[str, Rule] = {
    **dict.fromkeys(_LOOKUPS, files.looks_up),
    **dict.fromkeys(("open", "openat"), files.opens),
    **dict.fromkeys(WRITES, files.writes),
    **dict.fromkeys(_CHANGES, files.changes),
    **dict.fromkeys(("memfd_create", "ftruncate", "fallocate"), files.creates_memory),
    "mmap": files.maps,
    "flock": files.locks,
    "ioctl": files.controls,
    "fcntl": files.changes_descriptor,
    **dict.fromkeys(("pipe", "pipe2"), _always),
    "socket": sockets.opens_socket,
    "socketpair": sockets.opens_pair,
    "connect": sockets.connects,
    "bind": sockets.binds,
    **dict.fromkeys(("listen", "accept", "accept4", "shutdown", "recvmsg"), sockets.uses_own),
    "setsockopt": sockets.sets_option,
    **dict.fromkeys(("clone", "clone3", "vfork"), processes.starts),
    "execve": processes.runs,
    "exit_group": processes.ends,
    KILLED: processes.is_killed,
    "kill": processes.signals,
    "pidfd_open": processes.watches,
    "setpriority": processes.sets_priority,
    "sched_setscheduler": processes.schedules,
    "setpgid": processes.sets_group,
    "prctl": processes.changes_itself,
    "prlimit64": processes.limits_itself,
    **dict.fromkeys(_SANDBOX, _always),
    "capset": processes.is_early,
}
"""The calls that are allowed, each with a rule for its arguments."""
