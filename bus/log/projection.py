"""Projection: state that is computed from the session's event log alone."""

from __future__ import annotations

from typing import Protocol

from bus.messages import Logged, StageReady


class Projection(Protocol):
    """State computed by applying logged events in order.

    A projection reads no clock, file or socket, so applying the same log always gives the same state. A stage
    that was restarted applies the history first and continues with the same state as before.
    """

    def apply(self, logged: Logged) -> None:
        """Update the state with one event."""


def is_own_start(logged: Logged, stage: str, started_ns: int) -> bool:
    """Return whether this event announces the running stage itself: the history ends there."""
    return (
        isinstance(logged.event, StageReady)
        and logged.event.stage == stage
        and logged.logged_ns >= started_ns
    )
