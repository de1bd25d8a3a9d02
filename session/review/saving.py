"""Saves a session where the user says: suggested names, and failures in words."""

from __future__ import annotations

import errno
from pathlib import Path

from bus.failures import MachineFailure, UsageFailure
from bus.sandbox.places import home_directory, saving_places
from session.encryption import encrypted_name
from session.store.entry import stored_path
from session.transcript import facts
from session.transcript.formats.table import FORMATS, file_body, format_of
from session.transcript.new_file import write_new
from session.transcript.saved_session import SavedSession


def suggested(session: SavedSession, suffix: str, *, on_terminal: bool = False) -> Path:
    """Return a name to suggest for a session: in the user's documents, else in the home.

    Args:
        session: The session.
        suffix: The format: ".md".
        on_terminal: Whether to suggest the working directory, if the sandbox allows it.
    """
    home = home_directory()
    documents = home / "Documents"
    folder = documents if documents.is_dir() else home
    if on_terminal and Path.cwd() in saving_places():
        folder = Path()
    return folder / facts.file_name(session, suffix)


def save_as(session: SavedSession, path: Path, passphrase: str = "") -> Path:
    """Save a session to a new file, and return its path: another one if the wanted one exists.

    Args:
        session: The session.
        path: A name with a known format, and .age after it if it is encrypted.
        passphrase: Encrypts it.

    Raises:
        UsageFailure: The name has no known suffix.
        MachineFailure: The file cannot be written.
    """
    if not format_of(path):
        raise UsageFailure(
            f"{path.name} has no known format",
            kept="the session, until you choose",
            fix=f"end the name in {', '.join(FORMATS)}",
        )
    try:
        return write_new(path, file_body(session, path, passphrase))
    except OSError as error:
        raise _failure(path, error) from error


def save_in_store(session: SavedSession, folder: Path, expire: str, passphrase: str = "") -> Path:
    """Save a session to the store, as JSON, and return its file.

    Args:
        session: The session.
        folder: The store.
        expire: How long it is kept: "30d", or "never".
        passphrase: Encrypts it, if there is one.

    Raises:
        UsageFailure: The time is no valid one.
        MachineFailure: The file cannot be written.
    """
    reserved = folder / "session.json"
    path = stored_path(encrypted_name(reserved) if passphrase else reserved, session, expire)
    return save_as(session, path, passphrase)


def _failure(path: Path, error: OSError) -> MachineFailure:
    if error.errno in (errno.EACCES, errno.EPERM):
        fix = "choose a folder in your home or in the working directory; the sandbox allows no other"
    elif error.errno in (errno.ENOSPC, errno.EDQUOT):
        fix = "free space on that disk, or choose another folder; an empty file may be left"
    else:
        fix = "choose another folder"
    return MachineFailure(
        f"{path} cannot be written ({error.strerror or error})", kept="the session, until you choose", fix=fix
    )
