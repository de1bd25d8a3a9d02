"""Input of an API key: typed without echo, or read from a pipe."""

from __future__ import annotations

import getpass
import sys
import warnings

MAX_KEY_CHARACTERS = 2048
"""Far longer than any provider's; a longer text was pasted by mistake."""


def type_key(name: str) -> str:
    """Return the key that the user types for this provider, without echo.

    Raises:
        OSError: There is no terminal that can turn off echo.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)  # getpass would continue with echo
        try:
            return getpass.getpass(f"Key for {name} (it is not shown): ").strip()
        except (getpass.GetPassWarning, EOFError) as error:
            raise OSError("no terminal") from error


def read_key(name: str) -> str:
    """Return the typed key, or the first line when standard input is not a terminal.

    Raises:
        OSError: There is no terminal that can turn off echo.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        return type_key(name)
    return (sys.stdin.readline(MAX_KEY_CHARACTERS + 2) if sys.stdin is not None else "").strip()


def is_key(text: str) -> bool:
    """Return whether a text can be a key."""
    return 0 < len(text) <= MAX_KEY_CHARACTERS and text.isascii() and text.isprintable() and " " not in text
