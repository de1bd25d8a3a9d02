"""The session as it may be saved: transcript, questions and answers, from the event log.

Pure, and held in memory only; `session.transcript.save` writes it on request.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
    UtteranceDiscarded,
    UtteranceLost,
)
from overlay.state.transcript import Outcome, Transcript
from overlay.strings import LOST, NOT_UNDERSTOOD


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
                self.measured[answer.number] = answer
            case PracticeEnded() as ended:
                self.ended = ended
            case _:
                pass

    def markdown(self) -> list[str]:
        """Return the report's lines; none when there was no practice."""
        lines: list[str] = []
        for number, answer in self.measured.items():
            lines += ["", f"## Practice {number}: {answer.asked}", "", answer.text or "*(no answer)*", ""]
            lines += [f"- {remark}" for remark in answer.remarks]
        if self.ended is not None:
            lines += ["", "## The whole practice", ""]
            lines += [f"- {remark}" for remark in self.ended.remarks]
            lines += ["", "What this can and cannot judge:", ""]
            lines += [f"- {caveat}" for caveat in self.ended.caveats]
        return lines


class Record:
    """Transcript, questions and answers so far."""

    def __init__(self) -> None:
        self._transcript = Transcript()
        self.exchanges: dict[int, Exchange] = {}
        self.practice = PracticeReport()

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        self.practice.apply(logged)
        self._transcript.apply(logged)
        match logged.event:
            case QuestionDetected(question=question, source=source, text=text, replaces=replaces):
                self.exchanges.pop(replaces, None)
                self.exchanges[question] = Exchange(source, text)
            case PassagesRetrieved(question=question, passages=passages) if question in self.exchanges:
                self.exchanges[question].passages = passages
            case AnswerFinished(question=question, text=text, model=model) if question in self.exchanges:
                exchange = self.exchanges[question]
                exchange.answer, exchange.model, exchange.complete = text, model, True
            case AnswerStopped(question=question, kept=kept) if question in self.exchanges:
                self.exchanges[question].answer = kept
            case _:
                pass

    def lines(self) -> list[Line]:
        """Return the turns in the order in which they began; noise is left out."""
        return [
            Line(
                outcome.source,
                self._seconds(outcome.source, outcome.start_sample),
                self._seconds(outcome.source, outcome.stop_sample),
                _text(outcome),
                not isinstance(outcome, FinalTranscribed) or outcome.unconfirmed,
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
        return outcome.text
    return LOST if isinstance(outcome, UtteranceLost) else NOT_UNDERSTOOD
