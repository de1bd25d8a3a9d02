"""Asks on the terminal whether to save a session that has ended."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bus.failures import Failure
from session.review import strings
from session.review.saving import save_as, suggested
from session.transcript.saved_session import SavedSession
from session.view.printable import printable

_SUFFIXES = {"m": ".md", "markdown": ".md", "j": ".json", "json": ".json", "h": ".html", "html": ".html"}


def ask(session: SavedSession, on_saved: Callable[[Path], None]) -> None:
    """Ask until the session is saved or the user wants nothing; the end of input is nothing.

    Args:
        session: What may be saved.
        on_saved: Called with the file.
    """
    while (answer := _read(strings.SAVE_QUESTION).lower()) not in ("", "n", "nothing"):
        suffix = _SUFFIXES.get(answer)
        if suffix is None:
            _print(strings.SAVE_QUESTION_HELP)
            continue
        path = suggested(session, suffix, on_terminal=True)
        named = _read(strings.SAVE_PATH.format(path=path))
        try:
            on_saved(save_as(session, Path(named).expanduser() if named else path))
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
