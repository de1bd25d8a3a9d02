"""The session as it may be saved: transcript, questions and answers, from the event log.

Pure, and held in memory only; `session.transcript.save` writes it on request. Its texts have no control
characters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from bus.audio import SAMPLE_RATE
from bus.messages import (
    AnswerFinished,
    AnswerStopped,
    FinalTranscribed,
    Logged,
    Passage,
    PassagesRetrieved,
    PracticeAnswerMeasured,
    PracticeEnded,
    QuestionDetected,
    SessionStarted,
    UtteranceDiscarded,
    UtteranceLost,
)
from overlay.state.transcript import Outcome, Transcript
from overlay.strings import LOST, NOT_UNDERSTOOD
from session.view.printable import printable

_SAVED = (
    FinalTranscribed,
    UtteranceDiscarded,
    UtteranceLost,
    QuestionDetected,
    PassagesRetrieved,
    AnswerFinished,
    AnswerStopped,
    PracticeAnswerMeasured,
    PracticeEnded,
)
_GROWTH = 5
"""A saved text is at most so many times as long as its event: an escaped character has up to five bytes."""

_T = TypeVar("_T", bound=msgspec.Struct)


@dataclass(frozen=True)
class Line:
    """One turn."""

    source: str
    start_s: float
    """From the session's first sample."""
    stop_s: float
    text: str
    unconfirmed: bool = False
    """No final pass confirms the words, or the text says that there are none."""
    audio_missing: bool = False
    """Audio is missing in it or beside it."""
    speaker: str = ""
    """The source's display name."""

    @property
    def marked_text(self) -> str:
        """The text, after a mark that says why it is unsure."""
        if self.text in (LOST, NOT_UNDERSTOOD):
            return self.text
        mark = "[unconfirmed]" if self.unconfirmed else "[audio missing]" if self.audio_missing else ""
        return f"{mark} {self.text}".lstrip()


@dataclass
class Exchange:
    """One question, the passages found for it, and the answer."""

    source: str
    text: str
    passages: list[Passage] = field(default_factory=list)
    answer: str = ""
    complete: bool = False
    model: str = ""


class PracticeReport:
    """Questions, answers and measures so far."""

    def __init__(self) -> None:
        self.measured: dict[int, PracticeAnswerMeasured] = {}
        self.ended: PracticeEnded | None = None

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        match logged.event:
            case PracticeAnswerMeasured() as answer:
                self.measured[answer.number] = _printable(answer)
            case PracticeEnded() as ended:
                self.ended = _printable(ended)
            case _:
                pass


class Record:
    """Transcript, questions and answers so far."""

    def __init__(self) -> None:
        self._transcript = Transcript()
        self.exchanges: dict[int, Exchange] = {}
        self.practice = PracticeReport()
        self.names: dict[str, str] = {}
        """Display name of each source."""
        self.size_bytes = 0
        """At least the size of the file, in any format."""

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        self.practice.apply(logged)
        self._transcript.apply(logged)
        if isinstance(logged.event, _SAVED):
            self.size_bytes += _GROWTH * len(msgspec.json.encode(logged.event))
        match logged.event:
            case SessionStarted(names=names):
                self.names = {source: printable(name) for source, name in names.items()}
            case QuestionDetected(question=question, source=source, text=text, replaces=replaces):
                self.exchanges.pop(replaces, None)
                self.exchanges[question] = Exchange(source, printable(text))
            case PassagesRetrieved(question=question, passages=passages) if question in self.exchanges:
                self.exchanges[question].passages = [_printable(passage) for passage in passages]
            case AnswerFinished(question=question, text=text, model=model) if question in self.exchanges:
                exchange = self.exchanges[question]
                exchange.answer, exchange.model, exchange.complete = printable(text), printable(model), True
            case AnswerStopped(question=question, kept=kept) if question in self.exchanges:
                self.exchanges[question].answer = printable(kept)
            case _:
                pass

    def name(self, source: str) -> str:
        """Return the display name of a source."""
        return self.names.get(source, source)

    def lines(self) -> list[Line]:
        """Return the turns in the order in which they began; noise is left out."""
        return [
            Line(
                outcome.source,
                self._seconds(outcome.source, outcome.start_sample),
                self._seconds(outcome.source, outcome.stop_sample),
                _text(outcome),
                not isinstance(outcome, FinalTranscribed) or outcome.unconfirmed,
                isinstance(outcome, FinalTranscribed) and outcome.beside_gap,
                self.name(outcome.source),
            )
            for outcome in self._transcript.outcomes(ended=True)
            if not isinstance(outcome, UtteranceDiscarded) or outcome.held_speech
        ]

    def _seconds(self, source: str, sample: int) -> float:
        starts_ns = self._transcript.first_sample_ns
        zero_ns = min(starts_ns.values(), default=0)
        return max(0.0, (starts_ns.get(source, zero_ns) - zero_ns) / 1e9 + sample / SAMPLE_RATE)


def _text(outcome: Outcome) -> str:
    if isinstance(outcome, FinalTranscribed):
        return printable(outcome.text)
    return LOST if isinstance(outcome, UtteranceLost) else NOT_UNDERSTOOD


def _printable(value: _T) -> _T:
    """Return a struct whose texts, in lists too, have no control characters."""
    changed: dict[str, Any] = {}
    for name in value.__struct_fields__:
        field_value = getattr(value, name)
        if isinstance(field_value, str):
            changed[name] = printable(field_value)
        elif isinstance(field_value, list):
            changed[name] = [printable(each) if isinstance(each, str) else each for each in field_value]
    return msgspec.structs.replace(value, **changed)
