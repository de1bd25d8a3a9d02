"""Waterfall of an answer: the steps from the last spoken sample to the painted text.

Pure. Times are CLOCK_MONOTONIC; audio is placed on it by its source's clock. Holds no words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bus import messages as m
from bus.audio import SAMPLE_RATE

Step = Literal[
    "spoken", "requested", "paused", "predicted", "ended", "final", "question", "notes", "held", "sent",
    "received", "logged", "painted", "done",
]  # fmt: skip
"""The last word was spoken, or the user requested an answer. vad noticed the pause, stt predicted the end,
vad ended the utterance, stt sent its final. llm detected the question, found notes, waited for approval, sent
the request, got the first bytes. The hub logged the first text, the window painted it. The answer ended."""

MAX_WATERFALLS = 20
_REMEMBERED_UTTERANCES = 64
_REQUEST_NS = 500_000_000
"""A question that is detected so soon after a request of the user answers it."""

Place = tuple[str, int]


@dataclass
class Waterfall:
    """The steps of one question, or of one utterance as long as no question is detected in it."""

    question: int = 0
    source: str = ""
    utterance: int = 0
    times_ns: dict[Step, int] = field(default_factory=dict)
    """When each step happened, first one first."""

    @property
    def start_ns(self) -> int:
        """When the wait began: with the user's request, else with the last spoken sample."""
        return self.times_ns.get("requested") or self.times_ns.get("spoken") or min(self.times_ns.values())

    @property
    def steps(self) -> list[tuple[Step, float]]:
        """The steps in order of time, in milliseconds since the start; none before it."""
        start_ns = self.start_ns
        times = sorted(self.times_ns.items(), key=lambda item: item[1])
        return [(step, (time_ns - start_ns) / 1e6) for step, time_ns in times if time_ns >= start_ns]

    @property
    def total_ms(self) -> float | None:
        """From the start to the painted text, or to the first text that the hub logged; None before that."""
        end_ns = self.times_ns.get("painted", self.times_ns.get("logged"))
        return None if end_ns is None else (end_ns - self.start_ns) / 1e6

    def note(self, step: Step, time_ns: int) -> None:
        """Note when a step first happened."""
        self.times_ns.setdefault(step, time_ns)


class Waterfalls:
    """The waterfalls of a session, by question.

    Args:
        limit: How many are remembered; None for all.
    """

    def __init__(self, limit: int | None = MAX_WATERFALLS) -> None:
        self._limit = limit
        self._first_sample_ns: dict[str, int] = {}
        self._utterances: dict[Place, Waterfall] = {}
        """The newest ones."""
        self._requested_ns = 0
        """When the user requested the next question; 0 if not."""
        self.by_question: dict[int, Waterfall] = {}

    @property
    def utterances(self) -> list[Waterfall]:
        """The newest utterances, in the order of their last pauses; all without a limit."""
        return list(self._utterances.values())

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        self._apply_speech(logged)
        self._apply_answer(logged)

    def _apply_speech(self, logged: m.Logged) -> None:
        event, now_ns = logged.event, logged.logged_ns
        match event:
            case m.CaptureStarted(source=source, first_sample_ns=first_sample_ns):
                self._first_sample_ns[source] = first_sample_ns
            case m.SpeechPaused(quiet_sample=quiet):
                self._begin(event.source, event.utterance, quiet).note("paused", now_ns)
            case m.SpeechResumed(source=source, utterance=utterance):
                self._utterances.pop((source, utterance), None)
            case m.EndpointPredicted(quiet_sample=quiet):
                self._at(event.source, event.utterance, quiet).note("predicted", now_ns)
            case m.SpeechEnded(quiet_sample=quiet):
                self._at(event.source, event.utterance, quiet).note("ended", now_ns)
            case m.FinalTranscribed(quiet_sample=quiet):
                self._at(event.source, event.utterance, quiet).note("final", now_ns)
            case _:
                pass

    def _apply_answer(self, logged: m.Logged) -> None:
        event, now_ns = logged.event, logged.logged_ns
        match event:
            case m.AnswerRequested() | m.VariantRequested():
                self._requested_ns = now_ns
            case m.QuestionDetected():
                self._ask(event, now_ns)
            case m.PassagesRetrieved(question=question):
                self._note(question, "notes", now_ns)
            case m.RequestHeld(question=question):
                self._note(question, "held", now_ns)
            case m.RequestSent(question=question, sent_ns=sent_ns) if question:
                self._question(question).note("sent", sent_ns)  # an early request precedes its question
            case m.AnswerStreamed(question=question, received_ns=received_ns):
                self._note(question, "received", received_ns)
                self._note(question, "logged", now_ns)
            case m.AnswerPainted(question=question, painted_ns=painted_ns):
                self._note(question, "painted", painted_ns)
            case m.AnswerFinished(question=question) | m.AnswerStopped(question=question):
                self._note(question, "done", now_ns)
            case _:
                pass

    def _ask(self, event: m.QuestionDetected, now_ns: int) -> None:
        """Begin the waterfall of a question, with the steps of its utterance unless the user requested it."""
        waterfall = self._question(event.question)
        waterfall.source, waterfall.utterance = event.source, event.utterance
        spoken = self._utterances.get((event.source, event.utterance))
        if self._requested_ns and now_ns - self._requested_ns < _REQUEST_NS:
            waterfall.note("requested", self._requested_ns)
        elif spoken is not None:
            waterfall.times_ns = {**spoken.times_ns, **waterfall.times_ns}
        self._requested_ns = 0
        waterfall.note("question", now_ns)

    def _question(self, number: int) -> Waterfall:
        waterfall = self.by_question.setdefault(number, Waterfall(number))
        if self._limit is not None and len(self.by_question) > self._limit:
            del self.by_question[next(iter(self.by_question))]
        return waterfall

    def _note(self, question: int, step: Step, time_ns: int) -> None:
        if question in self.by_question:
            self.by_question[question].note(step, time_ns)

    def _begin(self, source: str, utterance: int, quiet_sample: int) -> Waterfall:
        """Begin the steps after a pause; those of an earlier pause of the utterance no longer count."""
        if self._limit is not None and len(self._utterances) > _REMEMBERED_UTTERANCES:
            del self._utterances[next(iter(self._utterances))]
        spoken_ns = self._first_sample_ns.get(source, 0) + quiet_sample * 1_000_000_000 // SAMPLE_RATE
        waterfall = Waterfall(0, source, utterance, {"spoken": spoken_ns})
        self._utterances[source, utterance] = waterfall
        return waterfall

    def _at(self, source: str, utterance: int, quiet_sample: int) -> Waterfall:
        return self._utterances.get((source, utterance)) or self._begin(source, utterance, quiet_sample)
