"""The folder of the store: lists, deletes and dates its files.

Only the user can read the folder. Nothing is in it that the user did not choose to store.
"""

from __future__ import annotations

import contextlib
import datetime
import os
from pathlib import Path

import platformdirs

from bus.failures import MachineFailure, UsageFailure
from session.store.entry import Entry, read_entry
from session.transcript.save import remove_left_behind

_PIECE_BYTES = 1 << 20


def folder() -> Path:
    """Return the path of the store."""
    return Path(platformdirs.user_data_dir("cuecard", appauthor=False)) / "sessions"


def make_folder() -> Path:
    """Return the store, created if it is not there.

    Raises:
        MachineFailure: It cannot be created.
    """
    path = folder()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise MachineFailure(
            f"the folder {path} cannot be created ({error.strerror or error})",
            kept="nothing was started",
            fix="check the permissions of its parent",
        ) from error
    return path


def entries() -> list[Entry]:
    """Return every file of the store, the newest first."""
    try:
        files = [path for path in folder().iterdir() if path.is_file() and not path.is_symlink()]
    except OSError:
        return []
    found = [read_entry(path) for path in files if not path.name.startswith(".")]
    return sorted(found, key=lambda entry: (entry.started is not None, entry.name), reverse=True)


def find(name: str) -> Entry:
    """Return the session of this name, or of an unambiguous beginning of it; "last" is the newest.

    Raises:
        UsageFailure: There is none, or several.
    """
    listed = entries()
    found = [entry for entry in listed if entry.name == name] or [
        entry for entry in listed if name and entry.name.startswith(name)
    ]
    if name == "last" and listed:
        return listed[0]
    if len(found) != 1:
        raise UsageFailure(
            f"{len(found) or 'no'} sessions are called {name!r}"
            if found
            else f"no session is called {name!r}",
            kept="nothing was changed",
            fix="choose a name of `cuecard sessions list`",
        )
    return found[0]


def delete(entry: Entry) -> None:
    """Overwrite a file with zeros, and remove it.

    Raises:
        MachineFailure: It cannot be removed.
    """
    try:
        overwrite_and_remove(entry.path)
    except OSError as error:
        raise _failure(entry.path, error) from error


def overwrite_and_remove(path: Path) -> None:
    """Overwrite a file with zeros, and remove it.

    Raises:
        OSError: It cannot be removed.
    """
    with contextlib.suppress(OSError):  # a file that cannot be written can still be removed
        _overwrite(path)
    path.unlink(missing_ok=True)


def set_expiry(entry: Entry, until: datetime.date | None) -> Entry:
    """Give a session another last day, and return it.

    Raises:
        UsageFailure: Its name is not one of the store's.
        MachineFailure: It cannot be renamed.
    """
    path = entry.path_until(until)
    if path == entry.path:
        return entry
    try:
        os.link(entry.path, path)  # which replaces no file
        entry.path.unlink()
    except OSError as error:
        raise _failure(entry.path, error) from error
    return read_entry(path)


def delete_expired() -> list[Entry]:
    """Delete every session whose last day is over, and return them.

    Space that killed sessions had reserved is removed, too.

    Raises:
        MachineFailure: One cannot be removed.
    """
    remove_left_behind(folder())
    today = datetime.datetime.now().astimezone().date()
    expired = [entry for entry in entries() if entry.has_expired(today)]
    for entry in expired:
        delete(entry)
    return expired


def _overwrite(path: Path) -> None:
    with path.open("r+b", buffering=0) as file:
        left = file.seek(0, os.SEEK_END)
        file.seek(0)
        while left > 0:
            left -= file.write(bytes(min(left, _PIECE_BYTES)))
        os.fsync(file.fileno())


def _failure(path: Path, error: OSError) -> MachineFailure:
    return MachineFailure(
        f"{path} cannot be changed ({error.strerror or error})",
        kept="the session",
        fix="check the permissions of the folder",
    )
