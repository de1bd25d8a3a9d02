"""Contract of a session: the files, sockets, programs and names of each process. Pure.

`session.attest.checks.calls` checks every system call with it. What a kind of stage may read comes from its
row in `bus.stages`; everything else that the unchanged program does is here, and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bus.stages import HUB, KEEPER, STAGES

(REQUESTER,) = (plan.name for plan in STAGES if plan.rights.receives_sockets)
"""The one process that may send to the network, on connections it receives from the connector."""

(CONNECTOR,) = (plan.name for plan in STAGES if plan.rights.network)
"""The one process that may open connections."""

SESSION, VIEW, CAPTURE = "session", "view", "capture"
KINDS = (SESSION, *(plan.name for plan in STAGES))

RUN = r"{folder}/run/cuecard-{session}-[a-z0-9_]{{8}}"
"""The run directory; in patterns {run} is the one that the session created."""

_STATE = r"{folder}/home/\.local/state/cuecard"
_VERIFIED = r"{folder}/home/\.cache/cuecard/verified"
_RING = r"ring-(?:call|mic)"

_WRITES: Mapping[str, str] = {
    SESSION: rf"{{run}}/run\.json|{_VERIFIED}/[\w.-]+\.json",
    REQUESTER: rf"{_STATE}/spending\.(?:lock|{{pid}})",
}
"""Files that a kind of process may open for writing."""

_CHANGES: Mapping[str, str] = {
    SESSION: r"mkdir {folder}/home/\.cache(?:/cuecard(?:/verified)?)?|"
    rf"mkdir {{run}}|rmdir {{run}}|unlink {{run}}/(?:run\.json|hub|keeper|connector|{_RING})",
    HUB: r"unlink {run}/hub",
    CAPTURE: rf"unlink {{run}}/{_RING}",
    CONNECTOR: r"unlink {run}/connector",
    KEEPER: r"unlink {run}/keeper",
    REQUESTER: rf"mkdir {{folder}}/home/\.local(?:/state(?:/cuecard)?)?"
    rf"|rename {_STATE}/spending\.{{pid}} {_STATE}/spending\.json",
}
"""Names that a kind of process may create, remove or give."""

_SOCKETS = (
    (r"{run}/hub", HUB, KINDS),
    (rf"{{run}}/{_RING}", CAPTURE, ("vad", "stt", SESSION)),
    (r"{run}/connector", CONNECTOR, (REQUESTER,)),
    (r"{run}/keeper", KEEPER, (SESSION,)),
)
"""Unix sockets, with the kind of process that listens and the kinds that connect."""

_LEFT = (
    r"{folder}/home/\.local(?:/state(?:/cuecard(?:/spending\.(?:lock|json))?)?)?"
    r"|{folder}/home/\.cache(?:/cuecard(?:/verified(?:/[\w.-]+\.json)?)?)?"
)
_LOOKUPS: Mapping[str, str] = {
    "": r"{folder}/home(?:/\.local/lib/python3\.\d+/site-packages)?"
    r"|{folder}/home/__editable__[\w.-]+__path_hook__(?:/\w+\.pkg)?|(?:/[\w.-]+)*/lib/python3\d+\.zip|{run}(?:/run\.json)?"
    r"|/proc/{pid}(?:/(?:io|smaps|smaps_rollup|stat|status|task|fd|maps|environ))?",
    SESSION: rf"{{run}}/(?:hub|keeper|connector|{_RING})|/proc(?:/stat|/uptime|/(?:{{pids}})/stat)?"
    r"|{folder}/(?:run|tmp)|{folder}/home/\.config/cuecard(?:/(?:cuecard|prices)\.toml|/consent)?"
    rf"|{{folder}}/home/\.cache(?:/cuecard)?|{_VERIFIED}(?:/[\w.-]+\.json)?",
    KEEPER: rf"{{run}}/(?:hub|keeper|connector|{_RING})|/proc/{{session}}(?:/stat)?",
    "overlay": r"{folder}/home/(?:\.fonts\.conf\.d|\.config/QtProject/qtlogging\.ini)"
    r"|/run/user(?:/\d+)?|/\.flatpak-info",
    CAPTURE: r"(?:/[\w.-]+)*/etc/gnutls/config",
    REQUESTER: rf"{{folder}}/home/\.config/cuecard/prices\.toml|{_STATE}/spending\.json",
}
"""Further paths that a kind of process (or every one, "") may look up."""

_MISSING = r"(?P<folder>.*)/(?:python3\d+\.zip|__init__(?:\.abi3|\.cpython-\d+-\w+-linux-\w+)?\.(?:so|pyc?))"
"""Files that an import looks for in vain, also when the session has words."""

_THREADS = r"ZMQbg/(?:Reaper|IO/\d)|cue-{name}|python\d?(?:\.\d+)?|cuecard|strace"
"""Names of processes and threads."""

_NAME_BYTES = 11
"""Longest part of a stage's name in the name of its process, after "cue-"."""

_VARIABLES = {
    "CUECARD_RUN": "{run}",
    "CUECARD_SUPERVISOR_PID": "{session}",
    "CUECARD_CONNECTOR_SECRET": r"[0-9a-f]{{32}}",
    "OPENBLAS_NUM_THREADS": r"1",
    "OMP_WAIT_POLICY": r"PASSIVE",
    "PYTHONSAFEPATH": r"1",
    "ORT_DISABLE_TELEMETRY": r"1",
}
"""Environment variables that a process may get from another, with their values."""

_MODULES = "|".join(re.escape(plan.module) for plan in STAGES)
_PROGRAMS = rf"-m (?:bus\.bootstrap )?(?:{_MODULES})(?: (?:call|mic|json|{{session}}))?"
"""Arguments of the stages, which the supervisor starts."""

_SELF_TEST = r"-I -S -c [^\x00]{{1,400}}(?: \d+)+"
"""Arguments of the program by which a stage tests its sandbox."""

STANDARD_ERROR_BYTES: Mapping[str, int] = {SESSION: 4000, "overlay": 200}
"""How much a kind of process may write to standard error; others nothing."""


@dataclass(frozen=True)
class Contract:
    """The contract of one session."""

    folder: str
    """The folder that holds its home, run and temporary directories."""
    session: int
    """The supervisor's process ID."""
    run: str
    """The run directory that the session created."""
    pids: frozenset[int]
    """Its processes."""

    def may_write(self, kind: str, pid: int, path: str) -> bool:
        """Return whether a kind of process may open this file for writing."""
        return self._fits(_WRITES.get(kind), path, pid=pid)

    def may_change(self, kind: str, pid: int, change: str) -> bool:
        """Return whether a kind of process may create, remove or rename: "mkdir PATH", "rename PATH PATH"."""
        return self._fits(_CHANGES.get(kind), change, pid=pid)

    def may_listen(self, kind: str, path: str) -> bool:
        """Return whether a kind of process may serve this Unix socket."""
        return any(kind == by and self._fits(pattern, path) for pattern, by, _ in _SOCKETS)

    def may_connect(self, kind: str, path: str) -> bool:
        """Return whether a kind of process may connect to this Unix socket."""
        return any(kind in to and self._fits(pattern, path) for pattern, _, to in _SOCKETS)

    def may_look_up(self, kind: str, pid: int, path: str) -> bool:
        """Return whether a kind of process may look up this path besides those of its row."""
        return any(self._fits(_LOOKUPS.get(each), path, pid=pid) for each in (kind, ""))

    def may_leave(self, path: str) -> bool:
        """Return whether a session may leave this file or folder."""
        return self._fits(_LEFT, path)

    def may_be_named(self, name: str, thread: str) -> bool:
        """Return whether a process of this name may give a thread this name."""
        return self._fits(_THREADS, thread, name=name)

    def may_start(self, kind: str, arguments: str, *, testing: bool) -> bool:
        """Return whether a kind of process may start Python with these arguments."""
        pattern = _SELF_TEST if testing else _PROGRAMS if kind == SESSION else None
        return self._fits(pattern, arguments)

    def may_pass(self, variable: str, value: str) -> bool:
        """Return whether a process may give another one this environment variable."""
        return self._fits(_VARIABLES.get(variable), value)

    def _fits(self, pattern: str | None, text: str, *, name: str = "", pid: int = 0) -> bool:
        if pattern is None:
            return False
        whole = pattern.format(
            folder=re.escape(self.folder),
            run=re.escape(self.run),
            session=self.session,
            pids="|".join(map(str, sorted(self.pids))) if "{pids}" in pattern else "",
            pid=pid,
            name=re.escape(name[:_NAME_BYTES]),
        )
        return re.fullmatch(whole, text, re.DOTALL) is not None


def folder_of_missing_code(path: str) -> str:
    """Return the folder in which an import looked for a file in vain; empty for another path."""
    found = re.fullmatch(_MISSING, path)
    return found["folder"] if found else ""
