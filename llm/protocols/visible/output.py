"""Collects the visible text of an answer, and returns what is new.

Pure. `llm.protocols.visible.visible_text` decides what is visible.
"""

from __future__ import annotations

from typing import NamedTuple

from llm.protocols.visible.markdown_line import MarkdownLine


class VisibleDelta(NamedTuple):
    """What a piece of text adds to the visible answer."""

    text: str
    replaces: bool = False
    """Earlier visible text was reasoning; the answer begins with this text."""


class VisibleOutput:
    """The visible text so far, and the part of it that is not yet returned."""

    def __init__(self) -> None:
        self._new = ""
        """Visible, not yet returned."""
        self._returned = self._replaces = False
        self._start()

    def _start(self) -> None:
        self.begun = False
        """Whether there is visible text."""
        self.line = MarkdownLine()
        """The last line of the visible text."""
        self.held_end = ""
        """An end mark in code or in a sentence, with the spaces after it."""

    def add(self, text: str) -> None:
        """Append visible text; spaces before the first other character are dropped."""
        if not self.begun:
            text = text.lstrip()
        if not text:
            return
        if self.held_end:
            self.held_end += text
            if not text.strip():
                return
            text, self.held_end = self.held_end, ""
        self.begun = True
        self._new += text
        self.line.append(text)

    def hold_end(self, mark: str) -> None:
        """Hold an end mark back; it becomes visible only when text follows it."""
        self.held_end += mark

    def retract(self) -> None:
        """Take all visible text back, which was reasoning."""
        if self.begun:
            self._replaces = self._returned
        self.drop()
        self._start()

    def drop(self) -> None:
        """Drop the text that is not yet returned."""
        self._new = ""

    def take(self) -> VisibleDelta:
        """Return what was added since the last call."""
        added = VisibleDelta(self._new, self._replaces)
        self._returned = self._returned or bool(self._new)
        self._new, self._replaces = "", False
        return added
