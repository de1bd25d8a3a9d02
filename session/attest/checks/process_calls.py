"""Rules for calls that start, signal, name or limit processes. Pure."""

from __future__ import annotations

import re

from bus.stages.table import STAGES
from session.attest.checks.act import Act
from session.attest.checks.contract import REQUESTER, SESSION
from session.attest.tracing.call import Call, readable
from session.attest.tracing.trace import SPAWNER

_STARTERS = (SESSION, SPAWNER)
_THREAD_FLAGS = {
    "CLONE_VM", "CLONE_FS", "CLONE_FILES", "CLONE_SIGHAND", "CLONE_THREAD", "CLONE_SYSVSEM", "CLONE_SETTLS",
    "CLONE_PARENT_SETTID", "CLONE_CHILD_CLEARTID",
}  # fmt: skip
_FLAGS = re.compile(r"flags=([A-Z_|]+)")
_PRCTLS = re.compile(
    r"PR_SET_DUMPABLE, SUID_DUMP_DISABLE.*|PR_SET_PDEATHSIG, SIGKILL|PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0"
    r"|PR_CAPBSET_READ, .*|PR_GET_\w+.*"
)
_LIMITS = re.compile(
    r"0, RLIMIT_(?:\w+, NULL, .*|CORE, \{rlim_cur=1, rlim_max=1\}, NULL"
    r"|FSIZE, \{rlim_cur=0, rlim_max=0\}, NULL)"
)


def starts(act: Act) -> bool:
    """Return whether a call starts a thread, or the copy of a process that becomes another program."""
    found = _FLAGS.search(act.call.arguments)
    if act.call.name in ("clone", "clone3") and found and "CLONE_THREAD" in found[1]:
        return set(found[1].split("|")) <= _THREAD_FLAGS
    testing = act.process.is_in_self_test(act.call.at_s)
    early = act.kind == REQUESTER and not act.is_late  # the broker of keys
    return act.call.name == "vfork" and (act.kind in _STARTERS or testing or early)


def runs(act: Act) -> bool:
    """Return whether a program may be run, with these arguments and this environment."""
    words, given = (_texts(act.call.part(place)) for place in (1, 2))
    is_python = act.path == act.facts.python and words[:1] == [act.facts.python]
    testing = act.process.is_in_self_test(act.call.at_s)
    allowed = act.facts.contract.may_start(act.kind, " ".join(words[1:]), testing=testing)
    return is_python and allowed and all(_may_pass(act, variable, words) for variable in given)


def _may_pass(act: Act, variable: str, words: list[str]) -> bool:
    name, _, value = variable.partition("=")
    return act.facts.environment.get(name) == value or act.facts.contract.may_pass(name, value, words)


def _texts(part: str) -> list[str]:
    return [text.decode(errors="replace") for text in Call("", part, "").strings]


def ends(act: Act) -> bool:
    """Return whether a process may end with this code."""
    return act.call.part(0) == "0"


def is_killed(act: Act) -> bool:
    """Return whether a process may be ended by this signal."""
    return act.call.arguments in ("SIGTERM", "SIGKILL")


def signals(act: Act) -> bool:
    """Return whether a signal may be sent: to a process of the session, to end it."""
    pid, signal = act.call.part(0), act.call.part(1)
    return act.kind in (*_STARTERS, REQUESTER) and _is_own(act, pid) and signal in ("SIGTERM", "SIGKILL", "0")


def watches(act: Act) -> bool:
    """Return whether the end of a process may be waited for."""
    return act.kind in _STARTERS and _is_own(act, act.call.part(0))


def sets_priority(act: Act) -> bool:
    """Return whether a process may get this priority."""
    which, pid, value = (*act.call.parts, "", "", "")[:3]
    levels = {str(plan.niceness) for plan in STAGES}
    return act.kind in _STARTERS and which == "PRIO_PROCESS" and _is_own(act, pid) and value in levels


def schedules(act: Act) -> bool:
    """Return whether a thread may be scheduled so."""
    pid, policy, priority = (*act.call.parts, "", "", "")[:3]
    return _is_own(act, pid) and policy == "SCHED_OTHER" and priority == "[0]"


def _is_own(act: Act, pid: str) -> bool:
    return pid.isdigit() and int(pid) in act.facts.pids


def sets_group(act: Act) -> bool:
    """Return whether a process may begin a group of its own."""
    return act.kind in _STARTERS and act.call.arguments == "0, 0"


def changes_itself(act: Act) -> bool:
    """Return whether a process may change its own attributes so, such as its name."""
    if act.call.part(0) == "PR_SET_NAME":
        (name,) = act.call.strings or [b""]
        return act.facts.contract.may_be_named(act.process.name, name.decode(errors="replace"))
    drops = act.call.part(0) == "PR_CAPBSET_DROP" and not act.is_late
    return drops or _PRCTLS.fullmatch(readable(act.call.arguments)) is not None


def is_early(act: Act) -> bool:
    """Return whether nothing of the session could be known by then."""
    return not act.is_late


def limits_itself(act: Act) -> bool:
    """Return whether a process may limit itself so."""
    return _LIMITS.fullmatch(act.call.arguments) is not None
