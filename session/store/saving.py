"""Completes the settings of what is saved: store, encryption, measures of a practice."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

import msgspec

from session import encryption
from session.settings import AllSettings, SessionSettings
from session.store import folder
from session.store.entry import last_day, stored_path
from session.transcript.saved_session import SavedSession


def with_saved_files(settings: AllSettings, *, practises: bool) -> AllSettings:
    """Return the settings with the files to save to, and delete what has expired.

    Raises:
        Failure: The time of expiry is no valid one, or the store cannot be created.
    """
    folder.delete_expired()
    session = with_saved_file(settings.session)
    practice = settings.practice
    if practises and practice.keep_measures:
        file = _new_file("measures.json", encrypt=session.encrypt)
        practice = msgspec.structs.replace(practice, measures_file=str(file))
    return dataclasses.replace(settings, session=session, practice=practice)


def with_saved_file(session: SessionSettings) -> SessionSettings:
    """Return the table with the file to save to.

    Raises:
        Failure: The time of expiry is no valid one, or the store cannot be created.
    """
    last_day(session.expire, datetime.now().astimezone().date())
    if session.save and session.encrypt:
        return msgspec.structs.replace(session, save=str(encryption.encrypted_name(Path(session.save))))
    if session.save or not session.store:
        return session
    return msgspec.structs.replace(session, save=str(_new_file("json", encrypt=session.encrypt)))


def final_path(session: SessionSettings, path: Path, saved: SavedSession) -> Path:
    """Return where a session is saved, once it has ended: in the store its name has its length."""
    in_store = session.store and path.parent == folder.folder()
    return stored_path(path, saved, session.expire) if in_store else path


def _new_file(suffix: str, *, encrypt: bool) -> Path:
    path = folder.make_folder() / f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}.{suffix}"
    return encryption.encrypted_name(path) if encrypt else path
