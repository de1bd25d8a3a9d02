"""Latency of each answer, from the last spoken sample to the painted token. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from bus import messages as m
from bus.audio import SAMPLE_RATE

_MAX_UTTERANCES, _MAX_QUESTIONS = 64, 20

STEPS = ("paused", "ended", "final", "question", "notes", "approved", "sent", "answered", "painted")
"""Marks in the order in which they come: the pause is noticed, the utterance ends, its transcript is final,
the question is found, the notes are searched, the user approves (only with --confirm), the request is sent,
its first token comes, it is on the screen."""


@dataclass(frozen=True)
class Step:
    """One step of an answer, in milliseconds after the last spoken sample."""

    name: str
    """The mark that ends it, of `STEPS`."""
    start_ms: float
    stop_ms: float


@dataclass
class Marks:
    """Monotonic times of one utterance, or of one question."""

    zero_ns: int = 0
    """When the last sample of speech was spoken; 0 while unknown."""
    at_ns: dict[str, int] = field(default_factory=dict)

    def first(self, name: str, ns: int) -> None:
        """Set a mark unless it is set."""
        self.at_ns.setdefault(name, ns)


@dataclass
class Waterfalls:
    """The newest questions and where their time went."""

    questions: OrderedDict[int, Marks] = field(default_factory=OrderedDict)
    _utterances: OrderedDict[tuple[str, int], Marks] = field(default_factory=OrderedDict)
    _first_sample_ns: dict[str, int] = field(default_factory=dict)

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        event, ns = logged.event, logged.logged_ns
        match event:
            case m.CaptureStarted(source=source, first_sample_ns=first_sample_ns):
                self._first_sample_ns[source] = first_sample_ns
            case m.SpeechPaused(source=source, utterance=utterance):
                self._utterance(source, utterance).at_ns["paused"] = ns  # the newest pause counts
            case m.SpeechEnded(source=source, utterance=utterance):
                self._utterance(source, utterance).first("ended", ns)
            case m.FinalTranscribed(source=source, utterance=utterance, quiet_sample=quiet):
                marks = self._utterance(source, utterance)
                marks.first("final", ns)
                if zero_ns := self._first_sample_ns.get(source):
                    marks.zero_ns = zero_ns + quiet * 1_000_000_000 // SAMPLE_RATE
            case m.QuestionDetected(question=question, source=source, utterance=utterance):
                spoken = self._utterance(source, utterance)
                self.questions[question] = Marks(spoken.zero_ns or ns, {**spoken.at_ns, "question": ns})
                _limit(self.questions, _MAX_QUESTIONS)
            case _:
                self._apply_answer(event, ns)

    def steps(self, question: int) -> list[Step]:
        """Return the steps of an answer so far, each from the end of the one before it."""
        marks = self.questions.get(question)
        return [*_steps(marks)] if marks else []

    def _apply_answer(self, event: m.Event, ns: int) -> None:
        marks = self.questions.get(getattr(event, "question", 0))
        if marks is None:
            return
        match event:
            case m.PassagesRetrieved():
                marks.first("notes", ns)
            case m.RequestSent(sent_ns=sent_ns):
                if "held" in marks.at_ns:
                    marks.first("approved", sent_ns)
                marks.first("sent", sent_ns)
            case m.RequestHeld():
                marks.first("held", ns)
            case m.AnswerStreamed(received_ns=received_ns):
                marks.first("answered", received_ns or ns)
            case m.AnswerPainted(painted_ns=painted_ns):
                marks.first("painted", painted_ns)
            case _:
                pass

    def _utterance(self, source: str, utterance: int) -> Marks:
        marks = self._utterances.setdefault((source, utterance), Marks())
        _limit(self._utterances, _MAX_UTTERANCES)
        return marks


def _steps(marks: Marks) -> Iterator[Step]:
    before_ns = marks.zero_ns
    for name in STEPS:
        at_ns = marks.at_ns.get(name)
        if at_ns is not None:
            stop_ns = max(at_ns, before_ns)
            yield Step(name, (before_ns - marks.zero_ns) / 1e6, (stop_ns - marks.zero_ns) / 1e6)
            before_ns = stop_ns


def _limit(marks: OrderedDict[tuple[str, int], Marks] | OrderedDict[int, Marks], most: int) -> None:
    while len(marks) > most:
        marks.popitem(last=False)
