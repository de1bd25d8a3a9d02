"""Reads single key presses from the terminal, and restores its mode at the end."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from types import TracebackType
from typing import Self

if sys.platform != "win32":
    import termios
    import tty


class Keys:
    """Key presses while this is entered; none where standard input is not a terminal."""

    def __init__(self) -> None:
        self.listening = sys.platform != "win32" and sys.stdin is not None and sys.stdin.isatty()

    def pressed(self) -> str:
        """Return the keys pressed since the last call."""
        if not self.listening or not select.select([sys.stdin], [], [], 0)[0]:
            return ""
        return os.read(sys.stdin.fileno(), 64).decode(errors="replace")

    def __enter__(self) -> Self:
        if self.listening:
            self._before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.listening:
            with contextlib.suppress(termios.error):  # the terminal was closed
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)
