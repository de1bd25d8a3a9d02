"""Content of one note file as text, or the reason that it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Content:
    """The content of one file."""

    text: str
    """Markdown, or plain text."""
    remarks: tuple[str, ...] = ()
    """Clauses about content that was left out or guessed: "its comments are left out"."""


class Unreadable(Exception):
    """The file has no text, or none that can be read.

    Args:
        reason: A clause about the file: "it is protected by a password".
        fix: What to do.
    """

    def __init__(self, reason: str, fix: str) -> None:
        self.reason = reason
        self.fix = fix
        super().__init__(reason)
