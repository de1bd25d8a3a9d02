"""A whole terminal screen, drawn row by row at fixed places on the alternate screen.

Knows terminals, nothing of sessions. No row depends on what stands in another one, so nothing is left over
after a change of size, and a character that the terminal measures differently damages its own row only.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.segment import Segment

from session.view.terminal.rows import Row, cells_of

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""Alternate screen, no cursor, and no wrapping: a row stays one row."""
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
"""Terminals that know this show the frame at once; others ignore it."""
_CLEAR, _CLEAR_ROW, _CLEAR_REST = "\x1b[2J", "\x1b[2K", "\x1b[K"
_REPEAT_S = 2.0
"""After this long, rows that did not change are written again too: others may have written over them."""


class Screen:
    """Draws frames on a terminal.

    Args:
        console: Renders rows to text; its file is the terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._size = (0, 0)
        self._rows: list[str] = []
        self._repeated_s = 0.0

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the terminal now."""
        return size_of(self._console.file) or (self._console.width, self._console.height)

    def enter(self) -> None:
        """Switch to the alternate screen."""
        self._write(_ENTER)

    def leave(self) -> None:
        """Return to the normal screen, as it was before."""
        self._write(_LEAVE)

    def copy(self, text: str) -> None:
        """Put a text on the clipboard, where the terminal allows programs to (OSC 52)."""
        self._write(f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07")

    def draw(self, rows: Sequence[Row], size: tuple[int, int]) -> None:
        """Draw a frame that was made for this size, as far as it differs from the one on the screen."""
        written = self._rendered(rows)[: size[1]]
        whole = size != self._size or time.monotonic() - self._repeated_s > _REPEAT_S
        before = [] if whole else self._rows
        changed = [
            f"\x1b[{number + 1};1H{_clearing(row, full=cells_of(rows[number]) >= size[0])}"
            for number, row in enumerate(written)
            if number >= len(before) or before[number] != row
        ]
        if changed:
            clear = _CLEAR if size != self._size else ""
            self._write(f"{_BEGIN}{clear}{''.join(changed)}{_END}")
        if whole:
            self._repeated_s = time.monotonic()
        self._size, self._rows = size, written

    def _rendered(self, rows: Sequence[Row]) -> list[str]:
        with self._console.capture() as captured:
            self._console.print(_Rows(rows), soft_wrap=True, end="")
        return captured.get().split("\n")

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()


def _clearing(row: str, *, full: bool) -> str:
    """Return a row with what clears an older one: after a full row the cursor is on its last character."""
    return f"{_CLEAR_ROW}{row}" if full else f"{row}{_CLEAR_REST}"


class _Rows:
    """Rendered rows, for rich."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __rich_console__(self, console: object, options: object) -> list[Segment]:
        joined = [segment for row in self._rows for segment in (*row, Segment.line())]
        return joined[:-1]


def size_of(file: IO[str]) -> tuple[int, int] | None:
    """Return columns and rows of a terminal; None if it has none.

    COLUMNS and LINES of the environment do not count: they do not change with the window.
    """
    try:
        columns, rows = os.get_terminal_size(file.fileno())
    except (OSError, ValueError):
        return None
    return (columns, rows) if columns and rows else None
