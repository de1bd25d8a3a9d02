"""Asks on the terminal whether to save a session that has ended."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bus.failures import Failure
from session.encryption import encrypted_name, is_encrypted, new_passphrase
from session.review import strings
from session.review.handover import Handover
from session.review.saving import save_as, suggested
from session.transcript.formats import format_of
from session.view.printable import printable

_NAMES = {"markdown": ".md", "word": ".docx", "docx": ".docx", "json": ".json", "html": ".html"}
_SUFFIXES = {**_NAMES, **{name[0]: suffix for name, suffix in _NAMES.items()}}


def ask(handover: Handover, on_saved: Callable[[Path], None]) -> None:
    """Ask until the session is saved or the user wants nothing; the end of input is nothing.

    Args:
        handover: What may be saved.
        on_saved: Called with the file.
    """
    while (answer := _read(strings.SAVE_QUESTION).lower()) not in ("", "n", "nothing"):
        suffix = _SUFFIXES.get(answer)
        if suffix is None:
            _print(strings.SAVE_QUESTION_HELP)
            continue
        path = suggested(handover.session, suffix, on_terminal=True)
        path = encrypted_name(path) if handover.encrypts else path
        named = _read(strings.SAVE_PATH.format(path=path))
        path = Path(named).expanduser() if named else path
        path = encrypted_name(path) if handover.encrypts else path
        try:
            passphrase = new_passphrase(None) if is_encrypted(path) and format_of(path) else ""
            on_saved(save_as(handover.session, path, passphrase))
        except Failure as failure:
            _print(str(failure))
            continue
        return


def _read(prompt: str) -> str:
    """Return a line from the terminal, empty at its end."""
    print(printable(prompt), end=" ", file=sys.stderr, flush=True)
    try:
        return sys.stdin.readline().strip()
    except UnicodeDecodeError:
        return "?"


def _print(text: str) -> None:
    print(printable(text), file=sys.stderr, flush=True)
