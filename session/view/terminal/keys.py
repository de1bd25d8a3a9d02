"""Reads key presses from the terminal by name, and restores its mode at the end."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import sys
from types import TracebackType
from typing import Self

if sys.platform != "win32":
    import termios
    import tty

_NAMES = {"A": "up", "B": "down", "C": "right", "D": "left", "5~": "page up", "6~": "page down"}
_KEY = re.compile(r"\x1b(?:\[|O)([0-9;]*[A-Za-z~])|\x1b(?![\[O])|[^\x1b]", re.DOTALL)
"""A sequence that a special key sends, the escape key, or a character."""


class Keys:
    """Key presses while this is entered; none where standard input is not a terminal."""

    def __init__(self) -> None:
        self.listening = sys.platform != "win32" and sys.stdin is not None and sys.stdin.isatty()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._begun = ""
        """A sequence whose end has not arrived, or the escape key."""

    def pressed(self) -> list[str]:
        """Return the keys pressed since the last call: a character, "escape", "up", "page down"."""
        if not self.listening:
            return []
        arrived = ""
        if select.select([sys.stdin], [], [], 0)[0]:
            arrived = self._decoder.decode(os.read(sys.stdin.fileno(), 256))
        keys, self._begun = key_names(self._begun + arrived, waited=not arrived)
        return keys

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


def key_names(text: str, *, waited: bool) -> tuple[list[str], str]:
    """Return the keys in what a terminal sent, and what may be the beginning of another one. Pure.

    Args:
        text: What the terminal sent.
        waited: Whether nothing more came, so that an escape character is the escape key.
    """
    begun = re.search(r"\x1b(?:[\[O][0-9;]*)?\Z", text)
    rest = "" if waited or not begun else begun[0]
    keys = [_named(found) for found in _KEY.finditer(text.removesuffix(rest) if rest else text)]
    return [key for key in keys if key], rest


def _named(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMES.get(found[1], "")
    return "escape" if found[0] == "\x1b" else found[0]
