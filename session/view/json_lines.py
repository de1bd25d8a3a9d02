"""JSON view, the scripting contract: one logged event as JSON a line."""

from __future__ import annotations

import sys

from bus.messages import Logged
from session.view.view import View


class JsonLines(View):
    """Writes events to standard output, and flushes after each batch."""

    def __init__(self) -> None:
        self._output = sys.stdout.buffer
        self._lines: list[bytes] = []

    def apply(self, logged: Logged) -> None:
        """Write an event, if it has a number in the log."""
        if logged.seq:
            self._lines.append(logged.as_json() + b"\n")

    def refresh(self) -> None:
        """Write the lines of this batch at once."""
        self._output.write(b"".join(self._lines))
        self._lines.clear()
        self._output.flush()
