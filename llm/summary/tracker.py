"""Tracks the summaries of a session: which was requested, begun and ended."""

from __future__ import annotations

from collections.abc import Iterator

from bus.messages import (
    Event,
    SummaryFinished,
    SummaryRequested,
    SummaryStarted,
    SummaryStopped,
)
from llm.commands import Command, StartSummary
from llm.summary.transcript import TranscriptLines

UNDER_WAY = "a summary is already being made"
NOTHING_SAID = "nothing was said yet"
NO_PROVIDER = "no provider answers in this session"


class SummaryTracker:
    """Decides what follows from a request; the transcript is that of the events so far.

    Args:
        own_source: The source with the user's voice.
    """

    def __init__(self, own_source: str = "mic") -> None:
        self._transcript = TranscriptLines(own_source)
        self._open = 0
        """Number of the summary under way; 0 for none."""
        self._pending = False
        """One was requested, and nothing followed yet."""

    def apply(self, event: Event) -> None:
        """Apply one event, of the history too."""
        self._transcript.apply(event)
        match event:
            case SummaryRequested():
                self._pending = True
            case SummaryStarted(question=number):
                self._open, self._pending = number, False
            case SummaryFinished(question=number) | SummaryStopped(question=number):
                self._pending = False
                self._open = 0 if number == self._open else self._open
            case _:
                pass

    def start(self, request: SummaryRequested, number: int, *, can_ask: bool) -> Iterator[Event | Command]:
        """Yield the step that follows from a request; `number` is free for its requests."""
        lines = self._transcript.lines()
        if self._open:
            yield SummaryStopped(question=0, cause=UNDER_WAY, fix="wait until it is finished")
        elif not lines:
            yield SummaryStopped(question=0, cause=NOTHING_SAID, fix="ask again later")
        elif not can_ask:
            yield SummaryStopped(
                question=0, cause=NO_PROVIDER, fix="choose one: cuecard use ollama, or a hosted one"
            )
        else:
            self._open = number
            yield StartSummary(number, request.template, lines)

    def go_live(self, cause: str) -> Iterator[Event]:
        """End the history: a summary that was under way ended with the process that made it."""
        if self._open or self._pending:
            yield SummaryStopped(question=self._open, cause=cause, fix="ask again: cuecard summary")
