"""The content of one file of notes as text, or the reason why there is none. Knows no path."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Content:
    """What was read from one file."""

    text: str
    """Markdown, or plain text."""
    remarks: tuple[str, ...] = ()
    """What was left out or guessed, one clause each, about the file: "its comments are left out"."""


class Unreadable(Exception):
    """The file holds no text, or none that can be read.

    Args:
        why: One clause about the file ("it is protected by a password").
        fix: What to do about it.
    """

    def __init__(self, why: str, fix: str) -> None:
        self.why = why
        self.fix = fix
        super().__init__(why)
