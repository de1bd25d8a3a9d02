"""Contract of a session: the files, sockets, programs and names of each process. Pure.

`session.attest.calls` holds every system call against it. What a kind of stage may read comes from its row in
`bus.stages`; everything else that the unchanged program does is here, and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bus.stages import HUB, KEEPER, STAGES

(REQUESTER,) = (plan.name for plan in STAGES if plan.rights.receives_sockets)
"""The one process that may send to the network, on connections it receives from the connector."""

(CONNECTOR,) = (plan.name for plan in STAGES if plan.rights.network)
"""The one process that may open connections."""

SESSION, VIEW, CAPTURE = "session", "view", "capture"
KINDS = (SESSION, *(plan.name for plan in STAGES))

_RUN = r"{folder}/run/cuecard-\d+-\w{{8}}"
_STATE = r"{folder}/home/\.local/state/cuecard"
_RING = r"ring-(?:call|mic)"

_WRITES: Mapping[str, str] = {
    SESSION: rf"{_RUN}/run\.json",
    REQUESTER: rf"{_STATE}/spending\.(?:lock|\d+)",
}
"""Files that a kind of process may open for writing."""

_CHANGES: Mapping[str, str] = {
    SESSION: rf"mkdir {_RUN}|rmdir {_RUN}|unlink {_RUN}/(?:run\.json|hub|keeper|connector|{_RING})",
    HUB: rf"unlink {_RUN}/hub",
    CAPTURE: rf"unlink {_RUN}/{_RING}",
    CONNECTOR: rf"unlink {_RUN}/connector",
    KEEPER: rf"unlink {_RUN}/keeper",
    REQUESTER: rf"mkdir {{folder}}/home/\.local(?:/state(?:/cuecard)?)?"
    rf"|rename {_STATE}/spending\.\d+ {_STATE}/spending\.json",
}
"""Names that a kind of process may create, remove or give."""

_SOCKETS = (
    (rf"{_RUN}/hub", HUB, KINDS),
    (rf"{_RUN}/{_RING}", CAPTURE, ("vad", "stt", SESSION)),
    (rf"{_RUN}/connector", CONNECTOR, (REQUESTER,)),
    (rf"{_RUN}/keeper", KEEPER, (SESSION,)),
)
"""Unix sockets, with the kind of process that listens and the kinds that connect."""

_LEFT = r"{folder}/home/\.local(?:/state(?:/cuecard(?:/spending\.(?:lock|json))?)?)?"
_LOOKUPS: Mapping[str, str] = {
    "": r"{folder}/home(?:/__editable__\.cuecard-[\d.]+\.finder\.__path_hook__(?:/\w+(?:\.pkg)?)?)?"
    rf"|(?:/[\w.-]+)*/lib/python3\d+\.zip|{_RUN}(?:/run\.json)?|/proc/(?:self|{{pid}})(?:/[\w/.-]+)?",
    SESSION: rf"{_RUN}/.*|/proc/(?:\d+/stat|stat|uptime)?|{{folder}}/home/\.config/cuecard(?:/[\w.]+)?"
    r"|{folder}/(?:run|tmp)",
    KEEPER: rf"{_RUN}/(?:hub|keeper)|/proc/{{session}}(?:/stat)?",
    "overlay": r"{folder}/home/(?:\.fonts\.conf\.d|\.config/QtProject/qtlogging\.ini)"
    r"|/run/user(?:/\d+)?|/\.flatpak-info",
    CAPTURE: r"(?:/[\w.-]+)*/etc/gnutls/config",
    REQUESTER: rf"{{folder}}/home/\.config/cuecard/prices\.toml|{_STATE}/spending\.json",
}
"""Further paths that a kind of process (or every one, "") may look up."""

_THREADS = r"ZMQbg/(?:Reaper|IO/\d)|cue-{name}|python\d?(?:\.\d+)?|cuecard|strace"
"""Names of processes and threads."""

_VARIABLES = {
    "CUECARD_RUN": _RUN,
    "CUECARD_SUPERVISOR_PID": r"\d+",
    "CUECARD_CONNECTOR_SECRET": r"[0-9a-f]{{32}}",
    "OPENBLAS_NUM_THREADS": r"1",
    "OMP_WAIT_POLICY": r"PASSIVE",
    "PYTHONSAFEPATH": r"1",
    "ORT_DISABLE_TELEMETRY": r"1",
}
"""Environment variables that a process may get from another, with their values."""

_MODULES = "|".join(re.escape(plan.module) for plan in STAGES)
_PROGRAMS = rf"-m (?:bus\.bootstrap )?(?:{_MODULES})(?: (?:call|mic|json|\d+))?"
"""Arguments of the stages, which the supervisor starts."""

_SELF_TEST = r"-I -S -c [^\x00]{{1,400}}(?: \d+)+"
"""Arguments of the program by which a stage tests its sandbox."""

STANDARD_ERROR_BYTES: Mapping[str, int] = {SESSION: 4000, "overlay": 200}
"""How much a kind of process may write to standard error; others nothing."""


class Contract:
    """The contract of one session.

    Args:
        folder: The folder that holds its home, run and temporary directories.
        session: The supervisor's process ID.
    """

    def __init__(self, folder: str, session: int) -> None:
        self._folder, self._session = re.escape(folder), session

    def may_write(self, kind: str, path: str) -> bool:
        """Return whether a kind of process may open this file for writing."""
        return self._fits(_WRITES.get(kind), path)

    def may_change(self, kind: str, change: str) -> bool:
        """Return whether a kind of process may create, remove or rename: "mkdir PATH", "rename PATH PATH"."""
        return self._fits(_CHANGES.get(kind), change)

    def may_listen(self, kind: str, path: str) -> bool:
        """Return whether a kind of process may serve this Unix socket."""
        return any(self._fits(pattern, path) and kind == by for pattern, by, _ in _SOCKETS)

    def may_connect(self, kind: str, path: str) -> bool:
        """Return whether a kind of process may connect to this Unix socket."""
        return any(self._fits(pattern, path) and kind in to for pattern, _, to in _SOCKETS)

    def may_look_up(self, kind: str, pid: int, path: str) -> bool:
        """Return whether a kind of process may look up this path besides those of its row."""
        return any(self._fits(_LOOKUPS.get(each), path, pid=pid) for each in ("", kind))

    def may_leave(self, path: str) -> bool:
        """Return whether a session may leave this file or folder."""
        return self._fits(_LEFT, path)

    def may_be_named(self, name: str, thread: str) -> bool:
        """Return whether a process of this name may give a thread this name."""
        return self._fits(_THREADS, thread, name=re.escape(name[:11]))

    def may_start(self, kind: str, arguments: str, *, testing: bool) -> bool:
        """Return whether a kind of process may start Python with these arguments."""
        return self._fits(
            _PROGRAMS if kind == SESSION and not testing else _SELF_TEST if testing else None, arguments
        )

    def may_pass(self, variable: str, value: str) -> bool:
        """Return whether a process may give another one this environment variable."""
        return self._fits(_VARIABLES.get(variable), value)

    def _fits(self, pattern: str | None, text: str, *, name: str = "", pid: int = 0) -> bool:
        if pattern is None:
            return False
        whole = pattern.format(folder=self._folder, session=self._session, pid=pid, name=name)
        return re.fullmatch(whole, text, re.DOTALL) is not None
