"""Rules for calls on files, descriptors and memory: look up, open, write, create, remove. Pure."""

from __future__ import annotations

import re

from session.attest.checks.act import Act
from session.attest.checks.contract import CAPTURE, CONNECTOR, KEYS, REQUESTER, SESSION, VIEW, is_history
from session.attest.tracing.call import Call

_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")
_IOCTLS = {"TCGETS", "TIOCGWINSZ", "FIONBIO", "FIOCLEX"}
_FCNTLS = {
    "F_GETFD", "F_SETFD", "F_GETFL", "F_SETFL", "F_DUPFD", "F_DUPFD_CLOEXEC", "F_GET_SEALS", "F_ADD_SEALS",
}  # fmt: skip
_MEMORY = "/memfd:"
_RING = "/memfd:cuecard-ring"


def looks_up(act: Act) -> bool:
    """Return whether a path may be looked up; one that does not exist could be made up to carry words."""
    if act.call.failed and act.path and act.is_late:
        return act.facts.may_miss(act.process, act.path)
    return not act.path or act.facts.may_read(act.process, act.path)


def opens(act: Act) -> bool:
    """Return whether a file may be opened, for reading or writing."""
    if not _WRITING.search(act.call.arguments):
        return looks_up(act)
    return act.path == "/dev/null" or _may_write_file(act, act.path)


def writes(act: Act) -> bool:
    """Return whether bytes and descriptors may be written to a target, without naming another."""
    call = act.call
    addressed = call.name == "sendto" and not call.arguments.endswith(", NULL, 0")
    if addressed or "msg_name={" in call.arguments or not call.is_complete:
        return False
    return _may_write_to(act, call.target()) and _may_hand_over(act)


def _may_write_to(act: Act, target: str) -> bool:
    facts = act.facts
    if target.startswith("TCP:"):
        return act.kind == REQUESTER and target.endswith(f"->{facts.provider}]")
    if target == facts.stdout_pipe:
        return act.kind == VIEW
    if target.startswith(_MEMORY):
        return facts.contract.may_create_memory(act.kind, target.removeprefix(_MEMORY))
    own = facts.is_own(target) or target in (facts.stderr_pipe, "anon_inode:[eventfd]", "/dev/null<char 1:3>")
    return own or _may_write_file(act, target)


def _may_write_file(act: Act, path: str) -> bool:
    """Return whether a file may be written; the supervisor may only before anything was said, or counts."""
    late = act.kind == SESSION and act.is_late and not is_history(path)
    return not late and act.facts.contract.may_write(act.kind, act.process.pid, path)


def _may_hand_over(act: Act) -> bool:
    """Return whether descriptors in a message are the session's, or the connector's to the provider."""
    passed = Call("", act.call.arguments.partition("msg_control=")[2], "").descriptors
    return all(_is_shared(act, target) for target in passed)


def _is_shared(act: Act, target: str) -> bool:
    if target.startswith("TCP:"):
        return act.kind == CONNECTOR and target.endswith(f"->{act.facts.provider}]")
    if target == _MEMORY + KEYS:
        return act.kind == SESSION
    return target.startswith(_RING) or act.facts.is_own(target)


def maps(act: Act) -> bool:
    """Return whether memory may be mapped: shared and writable only a ring, by the capture that owns it."""
    target = act.call.target(4)
    shared = "MAP_SHARED" in act.call.part(3) and "PROT_WRITE" in act.call.part(2)
    return not shared or not target or (act.kind == CAPTURE and target.startswith(_RING))


def creates_memory(act: Act) -> bool:
    """Return whether a file in memory may be created or resized."""
    call = act.call
    name = call.strings[0].decode(errors="replace") if call.strings else call.target().removeprefix(_MEMORY)
    return act.facts.contract.may_create_memory(act.kind, name)


def changes(act: Act) -> bool:
    """Return whether a name may be created, removed or changed."""
    removes = {"unlinkat": "rmdir" if "AT_REMOVEDIR" in act.call.arguments else "unlink"}
    name = removes.get(act.call.name, act.call.name.removesuffix("at"))
    paths = [act.path, *(text.decode(errors="replace") for text in act.call.strings[1:])]
    return act.facts.contract.may_change(act.kind, act.process.pid, " ".join([name, *paths]))


def locks(act: Act) -> bool:
    """Return whether a file may be locked: one that may be written."""
    return _may_write_file(act, act.call.target())


def controls(act: Act) -> bool:
    """Return whether a device or socket may be controlled so."""
    return act.call.part(1) in _IOCTLS


def changes_descriptor(act: Act) -> bool:
    """Return whether a descriptor may be changed so."""
    return act.call.part(1) in _FCNTLS
