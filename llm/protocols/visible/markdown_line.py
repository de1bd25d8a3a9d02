"""Tracks the current Markdown line: open code, and whether a mark is only mentioned.

Pure.
"""

from __future__ import annotations

import re

_LIST_MARKER = re.compile(r"\s*(?:\d+[.)]|[-*+•])\s*")
_SENTENCE_END, _BRACKETS = ".!?…*)]}\"'`”’»", "([{“‘«"


class MarkdownLine:
    """The last line of a text that arrives in pieces."""

    def __init__(self) -> None:
        self._line = ""
        self._fence = self._inline = 0
        """Number of back-ticks of the open code block or span."""

    @property
    def in_code(self) -> bool:
        """Whether code is open."""
        return bool(self._fence or self._inline)

    @property
    def last_character(self) -> str:
        """The last character of the line; empty at its start."""
        return self._line[-1:]

    def append(self, text: str) -> None:
        """Append visible text."""
        self._line = (self._line + text).rpartition("\n")[2]

    def end_line(self) -> None:
        """Close inline code, which does not span lines."""
        self._inline = 0

    def add_backticks(self, count: int) -> None:
        """Open or close code with a run of back-ticks, before it is appended."""
        at_line_start = not self._line.strip()
        if self._fence:
            self._fence = 0 if at_line_start and count >= self._fence else self._fence
        elif self._inline:
            self._inline = 0 if count == self._inline else self._inline
        elif at_line_start and count >= 3:
            self._fence = count
        else:
            self._inline = count

    def mentions(self) -> bool:
        """Return whether a mark at this place is code, or a word of a sentence."""
        line = self._line
        if self.in_code or line[-1:] in tuple(_BRACKETS):
            return True
        if not line.strip() or not line[-1].isspace():
            return False
        return line.rstrip()[-1] not in _SENTENCE_END or bool(_LIST_MARKER.fullmatch(line))
