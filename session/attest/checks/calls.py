"""Table of the system calls that a session may make, with their arguments. Pure.

A call that is not in the table, or has other arguments, is a finding, also when the kernel refused it. Only
the calls of `trace.UNTRACED` are allowed with any arguments.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bus.stages import STAGES
from session.attest.checks.contract import CAPTURE, CONNECTOR, REQUESTER, SESSION, VIEW
from session.attest.checks.facts import Facts, unix_path
from session.attest.tracing.call import KILLED, Call, readable
from session.attest.tracing.trace import WRITES, Process

_THREAD_FLAGS = {
    "CLONE_VM", "CLONE_FS", "CLONE_FILES", "CLONE_SIGHAND", "CLONE_THREAD", "CLONE_SYSVSEM", "CLONE_SETTLS",
    "CLONE_PARENT_SETTID", "CLONE_CHILD_CLEARTID",
}  # fmt: skip
_FLAGS = re.compile(r"flags=([A-Z_|]+)")
_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")
_IOCTLS = {"TCGETS", "TIOCGWINSZ", "FIONBIO", "FIOCLEX"}
_FCNTLS = {
    "F_GETFD",
    "F_SETFD",
    "F_GETFL",
    "F_SETFL",
    "F_DUPFD",
    "F_DUPFD_CLOEXEC",
    "F_GET_SEALS",
    "F_ADD_SEALS",
}
_PRCTLS = re.compile(
    r"PR_SET_DUMPABLE, SUID_DUMP_DISABLE.*|PR_SET_PDEATHSIG, SIGKILL|PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0"
    r"|PR_CAPBSET_READ, .*|PR_GET_\w+.*"
)
_LIMITS = re.compile(
    r"0, RLIMIT_(?:\w+, NULL, .*|CORE, \{rlim_cur=1, rlim_max=1\}, NULL"
    r"|FSIZE, \{rlim_cur=0, rlim_max=0\}, NULL)"
)
_OPTIONS = {"SOL_TCP, TCP_NODELAY, [1], 4"}
_PATH = re.compile(r'(?:(?:\d+|AT_FDCWD)<[^"]*>, )?"((?:\\x[0-9a-f]{2})*)"')
_RING = "/memfd:cuecard-ring"


@dataclass(frozen=True)
class Act:
    """A call that a process made."""

    process: Process
    call: Call
    facts: Facts

    @property
    def kind(self) -> str:
        """The kind of its process."""
        return self.process.kind

    @property
    def path(self) -> str:
        """The path in its arguments, absolute; empty when it names a descriptor only."""
        found = _PATH.match(self.call.arguments)
        if found is None or not found[1]:
            return ""
        return posixpath.join(self.call.target(), readable(found[1]))


Rule = Callable[[Act], bool]


def is_allowed(act: Act) -> bool:
    """Return whether the table allows a call."""
    rule = TABLE.get(act.call.name)
    return (rule is not None and rule(act)) or _is_self_test(act)


def _is_self_test(act: Act) -> bool:
    """Return whether a stage tried what its sandbox must refuse, and was refused."""
    return act.call.failed and act.process.is_in_self_test(act.call.at_s)


def _always(act: Act) -> bool:
    return True


def _looks_up(act: Act) -> bool:
    """Return whether a path may be looked up; one that does not exist could be made up to carry words."""
    facts, process, path = act.facts, act.process, act.path
    if act.call.failed and path and process.is_ready(act.call.at_s):
        return facts.may_miss(process, path)
    return not path or facts.may_read(process, path)


def _opens(act: Act) -> bool:
    if not _WRITING.search(act.call.arguments):
        return _looks_up(act)
    return act.path == "/dev/null" or _may_write(act, act.path)


def _may_write(act: Act, path: str) -> bool:
    """Return whether a file may be written; the supervisor may only before anything was said."""
    late = act.kind == SESSION and act.process.is_ready(act.call.at_s)
    return not late and act.facts.contract.may_write(act.kind, act.process.pid, path)


def _writes(act: Act) -> bool:
    call, target = act.call, act.call.target()
    addressed = "msg_name={" in call.arguments or (
        call.name == "sendto" and not call.arguments.endswith(", NULL, 0")
    )
    if addressed or not call.is_complete:
        return False
    return _may_write_to(act, target) and _may_hand_over(act)


def _may_write_to(act: Act, target: str) -> bool:
    facts = act.facts
    if target.startswith("TCP:"):
        return act.kind == REQUESTER and target.endswith(f"->{facts.provider}]")
    if target == facts.stdout_pipe:
        return act.kind == VIEW
    return (
        target in (facts.stderr_pipe, "anon_inode:[eventfd]", "/dev/null<char 1:3>")
        or facts.is_own(target)
        or _may_write(act, target)
    )


def _may_hand_over(act: Act) -> bool:
    """Return whether descriptors in a message are the session's, or the connector's to the provider."""
    passed = act.call.arguments.partition("msg_control=")[2]
    return all(
        target.startswith(_RING)
        or act.facts.is_own(target)
        or (act.kind == CONNECTOR and target.endswith(f"->{act.facts.provider}]"))
        for target in Call("", passed, "").descriptors
    )


def _maps(act: Act) -> bool:
    target = act.call.target(4)
    shared = "MAP_SHARED" in act.call.part(3) and "PROT_WRITE" in act.call.part(2)
    return not shared or not target or (act.kind == CAPTURE and target.startswith(_RING))


def _makes_ring(act: Act) -> bool:
    return act.kind == CAPTURE and (
        act.call.strings == [b"cuecard-ring"] or act.call.target().startswith(_RING)
    )


def _changes(act: Act) -> bool:
    names = {"unlinkat": "rmdir" if "AT_REMOVEDIR" in act.call.arguments else "unlink"}
    paths = [act.path, *(text.decode(errors="replace") for text in act.call.strings[1:])]
    name = names.get(act.call.name, act.call.name.removesuffix("at"))
    return act.facts.contract.may_change(act.kind, act.process.pid, " ".join([name, *paths]))


def _opens_socket(act: Act) -> bool:
    family, kind, protocol = act.call.part(0), act.call.part(1), act.call.part(2)
    if family == "AF_UNIX":
        return protocol == "0"
    network = act.kind == CONNECTOR and family in ("AF_INET", "AF_INET6", "AF_NETLINK")
    return network and (family == "AF_NETLINK" or kind.startswith("SOCK_STREAM"))


def _connects(act: Act) -> bool:
    path = unix_path(act.call)
    if path:
        contract = act.facts.contract
        return contract.may_connect(act.kind, path) and (act.call.failed or act.facts.is_served(path))
    host, _, port = act.facts.provider.rpartition(":")
    address = readable(act.call.part(1))
    return (
        act.kind == CONNECTOR and f"sin_port=htons({port})" in address and f'inet_addr("{host}")' in address
    )


def _binds(act: Act) -> bool:
    return act.facts.contract.may_listen(act.kind, unix_path(act.call))


def _serves(act: Act) -> bool:
    return act.facts.is_own(act.call.target())


def _sets_option(act: Act) -> bool:
    return act.kind in (CONNECTOR, REQUESTER) and ", ".join(act.call.parts[1:]) in _OPTIONS


def _controls(act: Act) -> bool:
    return act.call.part(1) in _IOCTLS


def _changes_descriptor(act: Act) -> bool:
    return act.call.part(1) in _FCNTLS


def _changes_itself(act: Act) -> bool:
    option, text = act.call.part(0), readable(act.call.arguments)
    if option == "PR_SET_NAME":
        (name,) = act.call.strings or [b""]
        return act.facts.contract.may_be_named(act.process.name, name.decode(errors="replace"))
    drops = option == "PR_CAPBSET_DROP" and _is_early(act)
    return drops or _PRCTLS.fullmatch(text) is not None


def _limits_itself(act: Act) -> bool:
    return _LIMITS.fullmatch(act.call.arguments) is not None


def _is_early(act: Act) -> bool:
    return not act.process.is_ready(act.call.at_s)


def _locks(act: Act) -> bool:
    return _may_write(act, act.call.target())


def _signals(act: Act) -> bool:
    pid, signal = act.call.part(0), act.call.part(1)
    return (
        act.kind == SESSION
        and pid.isdigit()
        and int(pid) in act.facts.pids
        and signal in ("SIGTERM", "SIGKILL", "0")
    )


def _sets_priority(act: Act) -> bool:
    which, pid, value = (*act.call.parts, "", "", "")[:3]
    levels = {str(plan.niceness) for plan in STAGES}
    return act.kind == SESSION and which == "PRIO_PROCESS" and int(pid) in act.facts.pids and value in levels


def _schedules_itself(act: Act) -> bool:
    pid, policy, priority = (*act.call.parts, "", "", "")[:3]
    return int(pid) in act.facts.pids and policy == "SCHED_OTHER" and priority == "[0]"


def _sets_group(act: Act) -> bool:
    return act.kind == SESSION and act.call.arguments == "0, 0"


def _starts(act: Act) -> bool:
    """Return whether a call starts a thread, or the copy of a process that becomes another program."""
    found = _FLAGS.search(act.call.arguments)
    if act.call.name in ("clone", "clone3") and found and "CLONE_THREAD" in found[1]:
        return set(found[1].split("|")) <= _THREAD_FLAGS
    return act.call.name == "vfork" and (act.kind == SESSION or act.process.is_in_self_test(act.call.at_s))


def _runs(act: Act) -> bool:
    words, given = (
        _texts(act.call.part(1)),
        [text.decode(errors="replace") for text in _strings(act.call.part(2))],
    )
    testing = act.process.is_in_self_test(act.call.at_s)
    is_python = act.path == act.facts.python and words[:1] == [act.facts.python]
    allowed = act.facts.contract.may_start(act.kind, " ".join(words[1:]), testing=testing)
    return is_python and allowed and all(_may_pass(act, variable) for variable in given)


def _may_pass(act: Act, variable: str) -> bool:
    name, _, value = variable.partition("=")
    return act.facts.environment.get(name) == value or act.facts.contract.may_pass(name, value)


def _texts(part: str) -> list[str]:
    return [text.decode(errors="replace") for text in _strings(part)]


def _strings(part: str) -> list[bytes]:
    return Call("", part, "").strings


def _is_killed(act: Act) -> bool:
    return act.call.arguments in ("SIGTERM", "SIGKILL")


def _ends(act: Act) -> bool:
    return act.call.part(0) == "0"


_LOOKUPS = ("stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink", "statfs")
_NAME_CHANGES = ("mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2")
_OWN = ("pipe", "pipe2", "socketpair", "seccomp", "landlock_create_ruleset", "landlock_add_rule",
        "landlock_restrict_self", "capget")  # fmt: skip

TABLE: Mapping[str, Rule] = {
    **dict.fromkeys(WRITES, _writes), **dict.fromkeys(_LOOKUPS, _looks_up), **dict.fromkeys(_OWN, _always),
    **dict.fromkeys(_NAME_CHANGES, _changes), **dict.fromkeys(("open", "openat"), _opens),
    **dict.fromkeys(("memfd_create", "ftruncate", "fallocate"), _makes_ring),
    **dict.fromkeys(("listen", "accept", "accept4", "shutdown", "recvmsg"), _serves),
    **dict.fromkeys(("clone", "clone3", "vfork"), _starts),
    "mmap": _maps, "socket": _opens_socket, "connect": _connects, "bind": _binds, "setsockopt": _sets_option,
    "ioctl": _controls, "fcntl": _changes_descriptor, "prctl": _changes_itself, "prlimit64": _limits_itself,
    "capset": _is_early, "flock": _locks, "kill": _signals, "setpriority": _sets_priority,
    "sched_setscheduler": _schedules_itself, "setpgid": _sets_group, "execve": _runs, "exit_group": _ends,
    KILLED: _is_killed,
}  # fmt: skip
"""The calls that are allowed, each with a rule for its arguments."""
