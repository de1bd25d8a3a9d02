"""Why the content of a file cannot be made text. Knows no path; `llm.notes.reading` adds it."""

from __future__ import annotations


class Unreadable(Exception):
    """What a file holds is no text, or none that can be had.

    Args:
        why: One clause about the file ("it is protected by a password").
        todo: What to do about it.
    """

    def __init__(self, why: str, todo: str) -> None:
        self.why = why
        self.todo = todo
        super().__init__(why)
