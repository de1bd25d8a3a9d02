"""What every kind of view offers, and how one is opened by its name."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from bus.failures import UsageFailure
from bus.messages import AnswerRequested, Logged, RequestDecided

UserAction = AnswerRequested | RequestDecided
"""What a user at a screen may want or decide."""


class View(Protocol):
    """A way to show a session."""

    def apply(self, logged: Logged) -> None:
        """Take in one event."""

    def refresh(self) -> None:
        """Show what has changed."""

    def actions(self) -> list[UserAction]:
        """Return what the user wanted or decided since the last call."""
        return []


def open_view(kind: str) -> AbstractContextManager[View]:
    """Return a view on standard output.

    Raises:
        UsageFailure: There is no view of that name.
    """
    # Each is imported alone: JSON lines need no rich, and start sooner without it.
    if kind == "json":
        from session.view.json_lines import JsonLines

        return JsonLines()
    if kind == "plain":
        from session.view.plain import PlainLines

        return PlainLines()
    if kind == "terminal":
        from session.view.terminal import LiveTerminal

        return LiveTerminal()
    raise UsageFailure(f"there is no view {kind!r}", fix="take json, plain or terminal")
