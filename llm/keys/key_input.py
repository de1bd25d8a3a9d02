"""How a person gives a key: typed where nobody sees it, or through a pipe; never as an argument.

Knows nothing about where it goes.
"""

from __future__ import annotations

import getpass
import sys
import warnings

LONGEST_KEY = 2048
"""No provider's is nearly as long; a longer text is something else, pasted by mistake."""


def typed(name: str) -> str:
    """Return the key a person types for this provider, without showing it.

    Raises:
        OSError: There is no terminal that can hide what is typed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)  # getpass would go on and show it
        try:
            return getpass.getpass(f"Key for {name} (it is not shown): ").strip()
        except (getpass.GetPassWarning, EOFError) as error:
            raise OSError("no terminal") from error


def read_key(name: str) -> str:
    """Return the key that is typed, or the first line when standard input is no terminal.

    Raises:
        OSError: There is no terminal that can hide what is typed.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        return typed(name)
    return (sys.stdin.readline(LONGEST_KEY + 2) if sys.stdin is not None else "").strip()


def is_key(text: str) -> bool:
    """Tell whether this can be a key."""
    return 0 < len(text) <= LONGEST_KEY and text.isascii() and text.isprintable() and " " not in text
