"""The scripting contract: every logged event as one JSON object a line, the moment it is logged."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from bus.messages import Logged
from session.view.view import UserAction


class JsonLines:
    """Writes events to standard output, flushed after each batch."""

    def __init__(self) -> None:
        self._output = sys.stdout.buffer

    def apply(self, logged: Logged) -> None:
        """Write an event, if the log keeps it."""
        if logged.seq:
            self._output.write(logged.as_json() + b"\n")

    def refresh(self) -> None:
        """Hand over what was written."""
        self._output.flush()

    def actions(self) -> list[UserAction]:
        """Return nothing: a program that reads JSON presses no keys."""
        return []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return
