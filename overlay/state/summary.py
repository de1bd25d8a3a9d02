"""State of the newest summary that was requested, from the event log. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bus import messages as m


@dataclass
class Summary:
    """The newest summary."""

    started: m.SummaryStarted | None = None
    held: m.RequestHeld | None = None
    """Its request that waits for the user's approval."""
    finished: m.SummaryFinished | None = None
    stopped: m.SummaryStopped | None = None
    """Why there is none."""

    def apply(self, event: m.Event) -> None:
        """Apply one event; those of questions change nothing."""
        number = self.started.question if self.started else 0
        match event:
            case m.SummaryStarted():
                self.started, self.held, self.finished, self.stopped = event, None, None, None
            case m.RequestHeld(question=question) if question == number:
                self.held = event
            case m.RequestSent(question=question) if question == number:
                self.held = None
            case m.SummaryFinished():
                self.finished, self.held = event, None
            case m.SummaryStopped(question=question) if question == number or not self._is_under_way:
                self.stopped, self.held = event, None
            case m.LogRedacted():
                self.started = self.held = self.finished = self.stopped = None
            case _:
                pass

    @property
    def _is_under_way(self) -> bool:
        """Whether one is being made; the refusal of another request ends nothing."""
        return self.started is not None and self.finished is None and self.stopped is None
