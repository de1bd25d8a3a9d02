"""The changing lines at the bottom of a terminal, redrawn in place.

Knows terminals, nothing of sessions. Lines printed above the region scroll away and are never changed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment

_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"
"""Without wrapping, a line stays one row even if the terminal measures a character differently."""
_CLEAR_BELOW = "\r\x1b[J"


class LiveRegion:
    """Draws and clears the changing lines.

    Args:
        console: The console to draw on; a terminal.
        rewraps: Whether the terminal rewraps old lines when it becomes narrower.
    """

    def __init__(self, console: Console, *, rewraps: bool) -> None:
        self._console = console
        self._rewraps = rewraps
        self._widths: list[int] = []
        """Widths of the drawn lines, in cells."""

    def print(self, content: RenderableType) -> None:
        """Print something above the region permanently; the next `draw` redraws the region."""
        self.clear()
        self._write(_lines(self._console, content))

    def draw(self, content: RenderableType) -> None:
        """Draw the region; lines that do not fit on the screen are cut at the top."""
        self.clear()
        lines = _lines(self._console, content)[-max(self._console.height - 1, 1) :]
        self._widths = [sum(cell_len(segment.text) for segment in line) for line in lines]
        self._console.file.write(_HIDE_CURSOR + _NO_WRAP)
        self._write(lines)
        self._console.file.write(_WRAP)
        self._console.file.flush()

    def clear(self) -> None:
        """Remove the region from the screen."""
        rows = rows_of(self._widths, self._console.width if self._rewraps else None)
        up = min(rows, self._console.height - 1)
        if self._widths:
            self._console.file.write((f"\x1b[{up}A" if up else "") + _CLEAR_BELOW)
        self._widths = []

    def close(self) -> None:
        """Remove the region and show the cursor again."""
        self.clear()
        self._console.file.write(_SHOW_CURSOR)
        self._console.file.flush()

    def _write(self, lines: Sequence[Sequence[Segment]]) -> None:
        for line in lines:
            self._console.print(_Line(line), soft_wrap=True)


class _Line:
    """A rendered line."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments

    def __rich_console__(self, console: object, options: object) -> Sequence[Segment]:
        return [*self._segments, Segment.line()]


def rows_of(widths: Sequence[int], columns: int | None) -> int:
    """Return the rows that lines of these widths take; `columns=None` if the terminal never rewraps."""
    if columns is None:
        return len(widths)
    return sum(max(-(-width // max(columns, 1)), 1) for width in widths)


def rewraps(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the terminal rewraps old lines when it becomes narrower; most do."""
    if sys.platform == "win32" or environment.get("TMUX"):
        return True
    kind = environment.get("TERM", "")
    return "XTERM_VERSION" not in environment and not kind.startswith(("linux", "screen", "vt"))


def _lines(console: Console, content: RenderableType) -> list[list[Segment]]:
    """Return the rendered lines without trailing blanks."""
    return [_trimmed(line) for line in console.render_lines(content, pad=False)]


def _trimmed(line: Sequence[Segment]) -> list[Segment]:
    segments = list(line)
    while segments and not segments[-1].text.strip():
        segments.pop()
    if segments:
        last = segments[-1]
        segments[-1] = Segment(last.text.rstrip(), last.style, last.control)
    return segments
