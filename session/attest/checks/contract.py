"""Contract of a session: the files, sockets, programs and names of each process. Pure.

`session.attest.checks.calls` checks every system call with it. What a kind of stage may read comes from its
row in `bus.stages.table`; everything else that the unchanged program does is here, and nothing more.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.process.bootstrap import BEGIN, SUPERVISOR_VARIABLE
from bus.process.private_memory import WIPING
from bus.ring.passing import CHANNEL_VARIABLE, RING_BEFORE_VARIABLE
from bus.run import RUN_VARIABLE, TOKENS_VARIABLE
from bus.stages.table import HUB, KEEPER, PAGE_KEY, SMALL_MODEL, STAGES
from llm.connector.line import CHOICES_VARIABLE, LINE_VARIABLE
from llm.keys.session_keys import KEYS_VARIABLE
from session.attest.tracing.trace import BROKER, BROKER_MODULE, SPAWNER, SPAWNER_MODULE

(REQUESTER,) = (plan.name for plan in STAGES if plan.rights.receives_sockets)
"""The one process that may send to the network, on connections it receives from the connector."""

(CONNECTOR,) = (plan.name for plan in STAGES if plan.rights.network)
"""The one process that may open connections."""

SESSION, VIEW, CAPTURE = "session", "view", "capture"
KINDS = (SESSION, SPAWNER, BROKER, *(plan.name for plan in STAGES))

KEYS = "keys"
"""Name of the file in memory that holds the keys; only the process that sends requests reads it."""

RUN = r"{folder}/run/cuecard-{session}-[a-z0-9_]{{8}}"
"""The run directory; in patterns {run} is the one that the supervisor created."""

_STATE = r"{folder}/home/\.local/state/cuecard"
_VERIFIED = r"{folder}/home/\.cache/cuecard/verified"
_RING = r"ring-(?:call|mic)"
_SOCKET = rf"(?:hub/hub|keeper/keeper|{_RING}/ring)"
_SOCKET_FOLDER = rf"(?:hub|keeper|{_RING})"

_WRITES: Mapping[str, str] = {
    SESSION: rf"{{run}}/(?:run\.json|key)|{_VERIFIED}/(?:tiny\.en|base|smart-turn)-[0-9a-f]{{{{16}}}}\.json"
    rf"|{_STATE}/(?:window|history)\.json",
    REQUESTER: rf"{_STATE}/spending\.(?:lock|{{pid}})",
}
"""Files that a kind of process may open for writing."""

_CHANGES: Mapping[str, str] = {
    SESSION: rf"mkdir {{run}}|rmdir {{run}}(?:/{_SOCKET_FOLDER})?|unlink {{run}}/(?:run\.json|key|{_SOCKET})"
    r"|mkdir {folder}/home/\.(?:cache(?:/cuecard(?:/verified)?)?|local(?:/state(?:/cuecard)?)?)",
    HUB: r"mkdir {run}/hub|unlink {run}/hub/hub",
    CAPTURE: rf"mkdir {{run}}/{_RING}|unlink {{run}}/{_RING}/ring",
    KEEPER: r"mkdir {run}/keeper|unlink {run}/keeper/keeper",
    REQUESTER: r"mkdir {folder}/home/\.local(?:/state(?:/cuecard)?)?"
    rf"|rename {_STATE}/spending\.{{pid}} {_STATE}/spending\.json",
}
"""Names that a kind of process may create, remove or give."""

_SOCKETS = (
    (r"{run}/hub/hub", HUB, (SESSION, *(plan.name for plan in STAGES))),
    (rf"{{run}}/{_RING}/ring", CAPTURE, ("vad", "stt", SESSION)),
    (r"{run}/keeper/keeper", KEEPER, (SESSION,)),
)
"""Unix sockets, with the kind of process that listens and the kinds that connect."""

_MEMORY: Mapping[str, str] = {SESSION: KEYS, SPAWNER: "chosen providers", CAPTURE: "cuecard-ring"}
"""Names of the files in memory that a kind of process may create."""

_LEFT = (
    r"{folder}/home/(?:\.local(?:/state(?:/cuecard(?:/(?:spending\.(?:lock|json)|(?:window|history)\.json))?)?)?"
    r"|\.cache(?:/cuecard(?:/verified(?:/(?:tiny\.en|base|smart-turn)-[0-9a-f]{{16}}\.json)?)?)?)"
)
_LOOKUPS: Mapping[str, str] = {
    "": r"{folder}/home(?:/\.local/lib/python3\.\d+/site-packages)?"
    r"|{folder}/home/__editable__[\w.-]+__path_hook__(?:/\w+\.pkg)?|(?:/[\w.-]+)*/lib/python3\d+\.zip"
    r"|{run}(?:/run\.json)?|/proc/{pid}(?:/(?:io|smaps|smaps_rollup|stat|status|task|fd|maps|environ))?",
    SESSION: rf"{{run}}/(?:{_SOCKET}|{_SOCKET_FOLDER}|key)|/proc(?:/stat|/uptime|/(?:{{pids}})/stat)?"
    r"|{folder}/(?:run|tmp)|/etc/cuecard/policy\.toml|{folder}/home/\.config/cuecard(?:/(?:cuecard|prices)\.toml)?"
    r"|{folder}/home/\.local/share/cuecard/sessions"
    rf"|{_STATE}/window\.json|{_VERIFIED}(?:/(?:tiny\.en|base|smart-turn)-[0-9a-f]{{{{16}}}}\.json)?",
    SPAWNER: r"/proc(?:/stat|/uptime|/(?:{pids})/stat)?",
    HUB: r"{run}/(?:hub|key)",
    CAPTURE: rf"{{run}}/{_RING}|(?:/[\w.-]+)*/etc/gnutls/config",
    KEEPER: rf"{{run}}/(?:{_SOCKET}|{_SOCKET_FOLDER}|key)|{{folder}}/run|/proc/(?:{{starters}})(?:/stat)?",
    "overlay": r"{folder}/home/(?:\.fonts\.conf\.d|\.config/QtProject/qtlogging\.ini)"
    r"|/run/user(?:/\d+)?|/\.flatpak-info",
    REQUESTER: rf"{{folder}}/home/\.config/cuecard/prices\.toml|{_STATE}/spending\.json",
}
"""Further paths that a kind of process (or every one, "") may look up."""

_MISSING = r"(.*)/(?:python3\d+\.zip|__init__(?:\.abi3|\.cpython-\d+-\w+-linux-\w+)?\.(?:so|pyc?))"
_MISSING_CACHE = r"(.*)/__pycache__/(\w+)\.cpython-\d+\.pyc"
"""Files that an import looks for in vain, also when the session has words."""

_THREADS = r"ZMQbg/(?:Reaper|IO/\d)|cue-{name}|python\d?(?:\.\d+)?|cuecard|strace|Thread \(pooled\)"
"""Names of processes and threads."""

_NAME_BYTES = 11
"""Longest part of a stage's name in the name of its process, after "cue-"."""

_TOKEN = rf"(?:{'|'.join((*KINDS, PAGE_KEY, SMALL_MODEL))})(?::(?:call|mic))?=[0-9a-f]{{{{64}}}}"
_VARIABLES = {
    RUN_VARIABLE: "{run}",
    SUPERVISOR_VARIABLE: "{starters}",
    TOKENS_VARIABLE: rf"{_TOKEN}(?:,{_TOKEN})*",
    **dict.fromkeys(
        (KEYS_VARIABLE, LINE_VARIABLE, CHOICES_VARIABLE, CHANNEL_VARIABLE, RING_BEFORE_VARIABLE), r"\d\d?"
    ),
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "PYTHONSAFEPATH": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    **{name: re.escape(value) for name, value in WIPING.items()},
}
"""Environment variables that a process may get from another, with their values."""

_MODULES = "|".join(re.escape(plan.module) for plan in STAGES)
_BEGIN = re.escape(BEGIN)
_PROGRAMS: Mapping[str, str] = {
    SESSION: rf"-m {_BEGIN} {re.escape(SPAWNER_MODULE)} \d\d?",
    REQUESTER: rf"-PB -m {re.escape(BROKER_MODULE)}",
    SPAWNER: rf"-m (?:{_BEGIN} )?(?:{_MODULES})(?: (?:call|mic|json|{{starters}}))?",
}
"""Arguments of the programs that a kind of process starts."""

_SELF_TEST = r"-I -S -c [^\x00]{{1,400}}(?: \d+)+"
"""Arguments of the program by which a stage tests its sandbox."""

_STANDARD_ERROR: Mapping[str, str] = {
    SESSION: """
        ended the recordings utterance utterances word words question questions answered in full latency
        end of speech as detected to final not measured at this pace first answer token p50 p95 s n left
        machine nothing request requests went a model on wiped The audio was overwritten with zeros
        transcript and answers were deleted from memory folder session removed its processes have lost
        unclear unconfirmed understood saved
    """,
    "overlay": "This plugin does not support raise propagateSizeHints",
}
"""Words that a kind of process may write to standard error: the summary, and a remark of Qt's."""

_STANDARD_ERROR_BYTES = 2000


def is_history(path: str) -> bool:
    """Return whether this is the file with the counts of sessions, which are written when one ends."""
    return path.endswith("/.local/state/cuecard/history.json")


def may_report(kind: str, data: bytes) -> bool:
    """Return whether a process may write this to standard error: known words and short numbers."""
    words = {*_STANDARD_ERROR.get(kind, "").split()}
    written = re.findall(r"[^\s,.;:()=]+", data.decode(errors="replace"))
    known = all(word in words or re.fullmatch(r"\d{1,4}", word, re.ASCII) for word in written)
    return known and len(data) <= _STANDARD_ERROR_BYTES


@dataclass(frozen=True)
class Contract:
    """The contract of one session."""

    folder: str
    """The folder that holds its home, run and temporary directories."""
    session: int
    """The supervisor's process ID."""
    spawner: int
    """The spawner's process ID."""
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
        return self._fits(_SELF_TEST if testing else _PROGRAMS.get(kind), arguments)

    def may_create_memory(self, kind: str, name: str) -> bool:
        """Return whether a kind of process may create a file in memory of this name."""
        return _MEMORY.get(kind) == name

    def may_pass(self, variable: str, value: str, arguments: Sequence[str]) -> bool:
        """Return whether a process may give this environment variable to a program with these arguments."""
        if variable == KEYS_VARIABLE and arguments[-1:] != [REQUESTER]:
            return False
        return self._fits(_VARIABLES.get(variable), value)

    def _fits(self, pattern: str | None, text: str, *, name: str = "", pid: int = 0) -> bool:
        if pattern is None:
            return False
        return _compiled(self, pattern, name, pid).fullmatch(text) is not None


@functools.cache
def _compiled(contract: Contract, pattern: str, name: str, pid: int) -> re.Pattern[str]:
    """Return a pattern of this module for one session and process."""
    whole = pattern.format(
        folder=re.escape(contract.folder),
        run=re.escape(contract.run),
        session=contract.session,
        starters=f"(?:{contract.session}|{contract.spawner})",
        pids="|".join(map(str, sorted(contract.pids))),
        pid=pid,
        name=re.escape(name[:_NAME_BYTES]),
    )
    return re.compile(whole, re.DOTALL)


def import_of_missing(path: str) -> str:
    """Return the folder or module for which an import looked for a file in vain; empty for another path."""
    if found := re.fullmatch(_MISSING, path):
        return found[1]
    found = re.fullmatch(_MISSING_CACHE, path)
    return f"{found[1]}/{found[2]}.py" if found else ""
