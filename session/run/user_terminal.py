"""The terminal of the user: can it be asked on, and its mode, restored afterwards."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import IO, Any

if sys.platform != "win32":
    import termios

_NORMAL = "\x1b[?1047l\x1b[?7h\x1b[?25h"
"""Normal screen, wrapping, a cursor. It changes nothing where a view has left the terminal so."""


def on_terminal() -> bool:
    """Return whether the user can be asked on a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


@contextlib.contextmanager
def restored(keyboard: IO[str] | None, screen: IO[str]) -> Iterator[None]:
    """Give the terminal back at the end as it was at the start.

    Args:
        keyboard: Standard input.
        screen: Standard output.
    """
    before = _mode_of(keyboard)
    try:
        yield
    finally:
        if screen.isatty():
            screen.write(_NORMAL)
            screen.flush()
        if before is not None and keyboard is not None:
            with contextlib.suppress(termios.error):  # the terminal was closed
                termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _mode_of(keyboard: IO[str] | None) -> list[Any] | None:
    if sys.platform == "win32" or keyboard is None or not keyboard.isatty():
        return None
    mode: list[Any] = termios.tcgetattr(keyboard)
    return mode
