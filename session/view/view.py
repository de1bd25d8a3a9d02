"""Interface of a view: apply events, refresh the output, return user actions."""

from __future__ import annotations

from typing import Protocol

from bus.messages import (
    AnswerRequested,
    CancelRequested,
    EndRequested,
    Logged,
    MomentMarked,
    PauseRequested,
    RedactionRequested,
    RequestDecided,
    VariantRequested,
)

UserAction = (
    AnswerRequested
    | CancelRequested
    | EndRequested
    | MomentMarked
    | PauseRequested
    | RedactionRequested
    | RequestDecided
    | VariantRequested
)
"""An event that a view publishes for the user."""


class View(Protocol):
    """A way to show a session."""

    def apply(self, logged: Logged) -> None:
        """Apply one event."""

    def refresh(self) -> None:
        """Show what has changed."""

    def actions(self) -> list[UserAction]:
        """Return what the user requested or decided since the last call."""
        return []
