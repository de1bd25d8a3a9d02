"""Latency of each answer, from the last spoken sample to the painted token. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from bus import messages as m
from bus.audio import SAMPLE_RATE

MAX_QUESTIONS = 20
_UTTERANCES_A_QUESTION = 3
_REQUEST_NS = 500_000_000
"""A question that is published so soon after a request of the user is what was requested."""

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
    """When the last sample of speech was spoken, or the user requested the answer; 0 while unknown."""
    at_ns: dict[str, int] = field(default_factory=dict)
    """Those of `STEPS`, and "predicted", "held", "logged" and "done", which are no steps of their own."""

    def first(self, name: str, ns: int) -> None:
        """Set a mark unless it is set."""
        self.at_ns.setdefault(name, ns)


@dataclass
class Waterfalls:
    """The newest questions and where their time went.

    Args:
        limit: How many questions are remembered; None for all.
    """

    limit: int | None = MAX_QUESTIONS
    questions: OrderedDict[int, Marks] = field(default_factory=OrderedDict)
    utterances: OrderedDict[tuple[str, int], Marks] = field(default_factory=OrderedDict)
    """By source and number."""
    _first_sample_ns: dict[str, int] = field(default_factory=dict)
    _requested_ns: int = 0
    """When the user last requested an answer."""

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        event, ns = logged.event, logged.logged_ns
        match event:
            case m.CaptureStarted(source=source, first_sample_ns=first_sample_ns):
                self._first_sample_ns[source] = first_sample_ns
            case m.SpeechPaused(source=source, quiet_sample=quiet):
                self._spoken(source, event.utterance, quiet).at_ns = {"paused": ns}  # the newest pause counts
            case m.EndpointPredicted(source=source, quiet_sample=quiet):
                self._spoken(source, event.utterance, quiet).first("predicted", ns)
            case m.SpeechEnded(source=source, quiet_sample=quiet):
                self._spoken(source, event.utterance, quiet).first("ended", ns)
            case m.FinalTranscribed(source=source, quiet_sample=quiet):
                self._spoken(source, event.utterance, quiet).first("final", ns)
            case m.AnswerRequested() | m.VariantRequested():
                self._requested_ns = ns
            case m.QuestionDetected():
                self._ask(event, ns)
            case _:
                self._apply_answer(event, ns)

    def steps(self, question: int) -> list[Step]:
        """Return the steps of an answer so far, each from the end of the one before it."""
        marks = self.questions.get(question)
        return [*_steps(marks)] if marks and marks.zero_ns else []

    def _apply_answer(self, event: m.Event, ns: int) -> None:
        number = getattr(event, "question", 0)
        if isinstance(event, m.RequestSent) and number:  # an early request precedes its question
            self.questions.setdefault(number, Marks())
        marks = self.questions.get(number)
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
                marks.first("logged", ns)
            case m.AnswerPainted(painted_ns=painted_ns):
                marks.first("painted", painted_ns)
            case m.AnswerFinished() | m.AnswerStopped():
                marks.first("done", ns)
            case _:
                pass

    def _ask(self, event: m.QuestionDetected, ns: int) -> None:
        """Begin the waterfall of a question: with what was spoken, unless the user requested it."""
        is_requested = 0 <= ns - self._requested_ns < _REQUEST_NS
        spoken = self.utterances.get((event.source, event.utterance)) or Marks()
        zero_ns, marks = (self._requested_ns, {}) if is_requested else (spoken.zero_ns or ns, spoken.at_ns)
        early = self.questions.get(event.question) or Marks()
        self.questions[event.question] = Marks(zero_ns, {**early.at_ns, **marks, "question": ns})
        self._requested_ns = 0
        if self.limit is not None:
            _limit(self.questions, self.limit)

    def _spoken(self, source: str, utterance: int, quiet_sample: int) -> Marks:
        """Return the marks of an utterance whose speech ends at this sample."""
        marks = self.utterances.setdefault((source, utterance), Marks())
        if zero_ns := self._first_sample_ns.get(source):
            marks.zero_ns = zero_ns + quiet_sample * 1_000_000_000 // SAMPLE_RATE
        if self.limit is not None:
            _limit(self.utterances, self.limit * _UTTERANCES_A_QUESTION)
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
