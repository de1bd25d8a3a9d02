"""Names of files in the store: date, length and expiry, without content. Pure.

The names are the index, so that it cannot differ from the files:
"2026-11-28-174500.65s.until-2026-12-28.json".
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bus.failures import UsageFailure
from session import encryption
from session.transcript.formats.table import format_of
from session.transcript.saved_session import SavedSession

Kind = Literal["session", "measures"]

USUAL_EXPIRY = "30d"
"""How long a session is kept in the store when the user is asked, unless the settings say otherwise."""

_NAME = re.compile(
    r"(?P<started>\d{4}-\d\d-\d\d-\d{6})(?:\.(?P<length>\d{1,7})s)?(?P<measures>\.measures)?"
    r"(?:\.until-(?P<until>\d{4}-\d\d-\d\d))?(?P<copy>-\d{1,2})?(?P<suffix>(?:\.[a-z]{2,4})(?:\.age)?)"
)
_STARTED = "%Y-%m-%d-%H%M%S"
_DAYS = re.compile(r"(\d{1,5})d")


@dataclass(frozen=True)
class Entry:
    """One file of the store.

    Args:
        path: The file.
        started: Local date and time at which the session started; None for a file with a name of the user's.
        length_s: Length of the session; None if unknown.
        until: The last day on which it is kept; None for ever.
        kind: Whether it has the whole session, or the measures of a practice without words.
        copy: "-2" for the second file with the same date.
    """

    path: Path
    started: datetime.datetime | None = None
    length_s: int | None = None
    until: datetime.date | None = None
    kind: Kind = "session"
    copy: str = ""

    @property
    def name(self) -> str:
        """The name to call it by: its date, or the file's own name."""
        return f"{self.started:{_STARTED}}{self.copy}" if self.started else self.path.name

    @property
    def format(self) -> str:
        """Its format: "json"; empty if it is unknown."""
        return format_of(self.path).removeprefix(".")

    @property
    def is_encrypted(self) -> bool:
        """Whether it is encrypted."""
        return encryption.is_encrypted(self.path)

    def has_expired(self, today: datetime.date) -> bool:
        """Return whether its last day is over."""
        return self.until is not None and today > self.until

    def path_until(self, until: datetime.date | None) -> Path:
        """Return the path of the file with another last day.

        Raises:
            UsageFailure: The file's name is not one of the store's.
        """
        if self.started is None:
            raise UsageFailure(
                f"{self.path.name} was not named by Cuecard, and so it has no date of expiry",
                kept="it is untouched",
                fix="delete it with `cuecard sessions delete` when it is not needed any more",
            )
        return file_path(replace(self, until=until), "".join(self.path.suffixes[-1 - self.is_encrypted :]))


def read_entry(path: Path) -> Entry:
    """Return the entry of a file, from its name alone."""
    found = _NAME.fullmatch(path.name)
    try:
        started = datetime.datetime.strptime(found["started"], _STARTED) if found else None
        until = datetime.date.fromisoformat(found["until"]) if found and found["until"] else None
    except ValueError:
        return Entry(path)
    if found is None:
        return Entry(path)
    return Entry(
        path,
        started,
        int(found["length"]) if found["length"] else None,
        until,
        "measures" if found["measures"] else "session",
        found["copy"] or "",
    )


def file_path(entry: Entry, suffix: str) -> Path:
    """Return the path of an entry's file.

    Args:
        entry: The entry; its file is anything in the same folder.
        suffix: The format, and ".age" if it is encrypted.
    """
    length = "" if entry.length_s is None else f".{entry.length_s}s"
    measures = ".measures" if entry.kind == "measures" else ""
    until = f".until-{entry.until}" if entry.until else ""
    return entry.path.with_name(f"{entry.started:{_STARTED}}{length}{measures}{until}{entry.copy}{suffix}")


def stored_path(path: Path, saved: SavedSession, expire: str, kind: Kind = "session") -> Path:
    """Return the name of a session's file in the store, once its length is known.

    Args:
        path: The name that was reserved.
        saved: The session.
        expire: The setting.
        kind: What the file has of the session.
    """
    started = saved.started.replace(tzinfo=None)
    until = last_day(expire, saved.started.date())
    suffix = ".json" + (encryption.SUFFIX if encryption.is_encrypted(path) else "")
    return file_path(Entry(path, started, round(saved.length_s), until, kind), suffix)


def last_day(expire: str, start: datetime.date) -> datetime.date | None:
    """Return the last day of a time such as "30d"; None for "" and "never", for ever.

    Raises:
        UsageFailure: It is no such time.
    """
    if expire in ("", "never"):
        return None
    found = _DAYS.fullmatch(expire)
    if found is None:
        raise UsageFailure(
            f"{expire!r} is no number of days", kept="nothing was changed", fix="write it as 30d, or never"
        )
    return start + datetime.timedelta(days=int(found[1]))
