"""Asks on the terminal whether to save a session that has ended."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bus.failures import Failure
from session.encryption import encrypted_name, is_encrypted, new_passphrase
from session.review import strings
from session.review.handover import Handover
from session.review.saving import save_as, save_in_store, suggested
from session.store.entry import USUAL_EXPIRY, last_day
from session.transcript.formats.table import format_of
from session.view.printable import printable

_NAMES = {"markdown": ".md", "word": ".docx", "docx": ".docx", "json": ".json", "html": ".html"}
_STORE = ("s", "store")
_YES = ("y", "yes")
_SUFFIXES = {**_NAMES, **{name[0]: suffix for name, suffix in _NAMES.items()}}


def ask(handover: Handover, on_saved: Callable[[Path], None]) -> None:
    """Ask until the session is saved or the user wants nothing; the end of input is nothing.

    Args:
        handover: What may be saved.
        on_saved: Called with the file.
    """
    while (answer := _read(strings.SAVE_QUESTION).lower()) not in ("", "n", "nothing"):
        suffix = _SUFFIXES.get(answer)
        try:
            if answer in _STORE and handover.store:
                on_saved(_store(handover))
            elif suffix is not None:
                on_saved(_save(handover, suffix))
            else:
                _print(strings.SAVE_QUESTION_HELP)
                continue
        except Failure as failure:
            _print(str(failure))
            continue
        return


def _save(handover: Handover, suffix: str) -> Path:
    path = suggested(handover.session, suffix, on_terminal=True)
    path = encrypted_name(path) if handover.encrypts else path
    named = _read(strings.SAVE_PATH.format(path=path))
    path = Path(named).expanduser() if named else path
    path = encrypted_name(path) if handover.encrypts else path
    passphrase = new_passphrase(None) if is_encrypted(path) and format_of(path) else ""
    return save_as(handover.session, path, passphrase)


def _store(handover: Handover) -> Path:
    usual = handover.expire or USUAL_EXPIRY
    expire = _read(strings.STORE_DAYS.format(expire=usual)).lower() or usual
    expire = f"{expire}d" if expire.isdecimal() else expire
    last_day(expire, handover.session.started.date())  # refused before a passphrase is typed
    encrypts = handover.encrypts or _read(strings.STORE_ENCRYPTED).lower() in _YES
    passphrase = new_passphrase(None) if encrypts else ""
    return save_in_store(handover.session, Path(handover.store), expire, passphrase)


def _read(prompt: str) -> str:
    """Return a line from the terminal, empty at its end."""
    print(printable(prompt), end=" ", file=sys.stderr, flush=True)
    try:
        return sys.stdin.readline().strip()
    except UnicodeDecodeError:
        return "?"


def _print(text: str) -> None:
    print(printable(text), file=sys.stderr, flush=True)
