"""Saves a session where its settings say: a file, the store, or both."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from bus.failures import MachineFailure
from session import encryption
from session.settings import AllSettings, SessionSettings
from session.store import folder
from session.store.entry import last_day, stored_path
from session.transcript.save import SaveFile
from session.transcript.saved_session import SavedSession


def with_saved_files(settings: AllSettings, *, practises: bool) -> AllSettings:
    """Return the settings with the files to save to, and delete what has expired.

    Raises:
        Failure: The time of expiry is no valid one, or the store cannot be created.
    """
    folder.delete_expired()
    session = with_save_files(settings.session)
    practice = settings.practice
    if practises and practice.keep_measures:
        file = _new_file("measures.json", encrypt=session.encrypt)
        practice = msgspec.structs.replace(practice, measures_file=str(file))
    return dataclasses.replace(settings, session=session, practice=practice)


def with_save_files(session: SessionSettings) -> SessionSettings:
    """Return the table with the files to save to; a file in the store that it has already stays.

    Raises:
        Failure: The time of expiry is no valid one, or the store cannot be created.
    """
    last_day(session.expire, datetime.now().astimezone().date())
    if session.save and session.encrypt:
        session = msgspec.structs.replace(session, save=str(encryption.encrypted_name(Path(session.save))))
    if session.store and not session.store_file:
        file = _new_file("json", encrypt=session.encrypt)
        session = msgspec.structs.replace(session, store_file=str(file))
    return session


def save_paths(session: SessionSettings) -> list[Path]:
    """Return the files to save to; in the store, the name that is reserved until the length is known."""
    return [Path(file) for file in (session.save, session.store_file) if file]


class SaveFiles:
    """The reserved space of every file that a session will be saved to.

    Args:
        session: Its settings, with the files.
        passphrase: Encrypts those whose names end in .age.

    Raises:
        MachineFailure: There is no space for them.
    """

    def __init__(self, session: SessionSettings, passphrase: str = "") -> None:
        self._files: list[SaveFile] = []
        with ExitStack() as stack:
            for path in save_paths(session):
                final_path = partial(_final_path, session)
                self._files.append(stack.enter_context(SaveFile(path, passphrase, final_path)))
            self._open = stack.pop_all()

    def __bool__(self) -> bool:
        return bool(self._files)

    @property
    def attempted(self) -> bool:
        """Whether `write` was called."""
        return any(file.attempted for file in self._files)

    def reserve(self, size_bytes: int) -> None:
        """Reserve the space for so many bytes and some more in each.

        Raises:
            MachineFailure: A disk is full; what was reserved before stays.
        """
        for file in self._files:
            file.reserve(size_bytes)

    def write(self, saved: SavedSession) -> list[Path]:
        """Write the session to each, and return the files; one that fails leaves the others.

        Raises:
            MachineFailure: One cannot be written.
        """
        written: list[Path] = []
        failures: list[MachineFailure] = []
        for file in self._files:
            try:
                written.append(file.write(saved))
            except MachineFailure as failure:
                failures.append(failure)
        if failures:
            kept = f"it in {written[0]}" if written else failures[0].kept
            raise MachineFailure(failures[0].problem, kept=kept, fix=failures[0].fix)
        return written

    def close(self) -> None:
        """Release the reserved space."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _final_path(session: SessionSettings, path: Path, saved: SavedSession) -> Path:
    """Return where a session is saved, once it has ended: in the store its name has its length."""
    in_store = str(path) == session.store_file
    return stored_path(path, saved, session.expire) if in_store else path


def _new_file(suffix: str, *, encrypt: bool) -> Path:
    path = folder.make_folder() / f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}.{suffix}"
    return encryption.encrypted_name(path) if encrypt else path
