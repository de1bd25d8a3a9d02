"""History: counts of sessions by day, and the newest crashes, without content, in one file.

The supervisor opens the file before it enters its sandbox and writes it at the end of the session. Nothing of
it leaves the machine; `cuecard report` shows it, and `cuecard purge` deletes it.
"""

from __future__ import annotations

import contextlib
import datetime
import importlib.metadata
import os
import platform
import re
import time
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs

from bus.messages import Event, ProblemReported, QuestionDetected, StageDied
from bus.stages.plan import stage_kind

KEPT_DAYS = 400
KEPT_CRASHES = 10

_MOST_BYTES = 1 << 17
_PLACE = re.compile(r"unexpected (\w{1,60}) at ([\w.]{1,60}:\d{1,6})")
"""How a stage reports an error that it did not expect: type, module and line."""

Number = Annotated[int, msgspec.Meta(ge=0)]
ShortText = Annotated[str, msgspec.Meta(max_length=200)]


class Day(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sessions of one day."""

    sessions: Number = 0
    minutes: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    questions: Number = 0


class Crash(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage that ended unexpectedly."""

    at: datetime.datetime
    stage: ShortText
    """Its kind, without the name of a source."""
    cause: ShortText
    """"ended by signal 9", "no heartbeat for 6 s", …"""
    error: ShortText = ""
    """Type of the unexpected error, if there was one."""
    place: ShortText = ""
    """Module and line."""
    program: ShortText = ""
    python: ShortText = ""


class History(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Content of the file."""

    days: dict[datetime.date, Day] = {}
    crashes: list[Crash] = []


def history_file() -> Path:
    """Return the file."""
    return Path(platformdirs.user_state_dir("cuecard", appauthor=False)) / "history.json"


def stored_history() -> History:
    """Return what is stored; nothing if the file is missing or damaged."""
    try:
        with history_file().open("rb") as file:
            return _decoded(file.read(_MOST_BYTES))
    except OSError:
        return History()


class SessionHistory:
    """Counts one session, and stores the counts at its end.

    Args:
        active: Whether anything is to be stored.
    """

    def __init__(self, *, active: bool) -> None:
        self._descriptor = _open() if active else None
        self._started_s = time.monotonic()
        self._questions = 0
        self._errors: dict[str, tuple[str, str]] = {}
        """Type and place of the newest unexpected error of each stage."""
        self._crashes: list[Crash] = []

    def apply(self, event: Event) -> None:
        """Apply one event that is new in this session."""
        match event:
            case QuestionDetected(replaces=replaces):
                self._questions += not replaces
            case ProblemReported(stage=stage, problem=problem):
                if found := _PLACE.match(problem):
                    self._errors[stage] = found[1], found[2]
            case StageDied(stage=stage, cause=cause):
                error, place = self._errors.pop(stage, ("", ""))
                crash = Crash(
                    at=datetime.datetime.now(datetime.UTC).replace(microsecond=0),
                    stage=stage_kind(stage),
                    cause=cause[:200],
                    error=error,
                    place=place,
                    program=importlib.metadata.version("cuecard"),
                    python=platform.python_version(),
                )
                self._crashes = [*self._crashes, crash][-KEPT_CRASHES:]
            case _:
                pass

    def close(self) -> None:
        """Add this session to the file."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError), os.fdopen(self._descriptor, "r+b") as file:
            before = file.read(_MOST_BYTES)
            added = msgspec.json.format(msgspec.json.encode(self._added(_decoded(before)))) + b"\n"
            file.seek(0)
            file.write(added.ljust(len(before)))  # spaces instead of a shorter file, which is one call more
        self._descriptor = None

    def _added(self, before: History) -> History:
        today = datetime.date.today()
        day = before.days.get(today, Day())
        days = {
            **before.days,
            today: Day(
                sessions=day.sessions + 1,
                minutes=round(day.minutes + (time.monotonic() - self._started_s) / 60, 1),
                questions=day.questions + self._questions,
            ),
        }
        kept = sorted(days)[-KEPT_DAYS:]
        crashes = [*before.crashes, *self._crashes][-KEPT_CRASHES:]
        return History(days={each: days[each] for each in kept}, crashes=crashes)


def _decoded(body: bytes) -> History:
    try:
        return msgspec.json.decode(body, type=History)
    except msgspec.MsgspecError:
        return History()


def _open() -> int | None:
    file = history_file()
    with contextlib.suppress(OSError, RuntimeError):
        if "XDG_STATE_HOME" not in os.environ and not Path.home().is_dir():
            return None  # a home that does not exist is not made
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    return None
