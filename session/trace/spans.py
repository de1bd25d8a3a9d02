"""Spans of a session: which stage did what, from when to when.

Pure. Holds numbers of utterances and questions and names of sources and stages, and no words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.state.waterfall import Marks, Waterfalls

_ANSWER = (
    ("llm", "detect the question", ("final", "ended", "predicted", "zero"), "question"),
    ("llm", "search the notes", ("question",), "notes"),
    ("llm", "prepare the request", ("notes",), "held"),
    ("llm", "wait for approval", ("held",), "sent"),
    ("llm", "prepare the request", ("notes", "question"), "sent"),
    ("provider", "first byte", ("sent",), "answered"),
    ("provider", "answer", ("answered",), "done"),
    ("hub", "first text", ("answered",), "logged"),
    ("overlay", "paint", ("logged",), "painted"),
)
"""Track and name of each part of an answer, the marks that may begin it, and the one that ends it."""

_SPEECH = (
    ("stt", "first words", "detected", "shown"),
    ("vad", "notice the pause", "zero", "paused"),
    ("stt", "predict the end", "paused", "predicted"),
    ("vad", "wait for the end", "paused", "ended"),
    ("stt", "final transcript", "ended", "final"),
)
"""The same of an utterance; both tracks have the name of its source too."""


@dataclass(frozen=True)
class Span:
    """One bar of the trace; times are CLOCK_MONOTONIC."""

    track: str
    name: str
    start_ns: int
    stop_ns: int
    numbers: tuple[tuple[str, int], ...] = ()
    """Numbers of the utterance and the question."""


@dataclass
class SpeechStart:
    """The beginning of an utterance; times are CLOCK_MONOTONIC."""

    start_ns: int
    """When its first sample was spoken."""
    detected_ns: int
    shown_ns: int = 0
    """When its first partial transcript was logged; 0 before."""


class SessionSpans:
    """The spans of a whole session."""

    def __init__(self) -> None:
        self._waterfalls = Waterfalls(limit=None)
        self._first_sample_ns: dict[str, int] = {}
        self._started: dict[tuple[str, int], SpeechStart] = {}
        self._paused_ns: dict[str, int] = {}
        self._died_ns: dict[str, int] = {}
        self._spans: list[Span] = []

    def apply(self, logged: m.Logged) -> None:
        """Apply one event, in the log's order."""
        self._waterfalls.apply(logged)
        match logged.event:
            case m.CaptureStarted(source=source, first_sample_ns=first_sample_ns):
                self._first_sample_ns[source] = first_sample_ns
            case m.SpeechStarted(source=source, utterance=utterance, start_sample=start):
                self._started[source, utterance] = SpeechStart(self._ns(source, start), logged.logged_ns)
            case m.PartialTranscribed(source=source, utterance=utterance):
                if begin := self._started.get((source, utterance)):
                    begin.shown_ns = begin.shown_ns or logged.logged_ns
            case m.TranscriptRevised(source=source, utterance=utterance, compute_ms=compute_ms):
                began_ns = logged.logged_ns - round(compute_ms * 1e6)
                numbers = (("utterance", utterance),)
                self._spans.append(Span(f"stt:{source}", "revise", began_ns, logged.logged_ns, numbers))
            case m.AudioLost(source=source, start_sample=start, stop_sample=stop):
                span = Span(
                    f"capture:{source}", "audio lost", self._ns(source, start), self._ns(source, stop)
                )
                self._spans.append(span)
            case m.CapturePaused(source=source, sample=sample):
                self._paused_ns[source] = self._ns(source, sample)
            case m.CaptureResumed(source=source, sample=sample) if source in self._paused_ns:
                self._add(source, "paused", self._paused_ns.pop(source), self._ns(source, sample))
            case m.StageDied(stage=stage):
                self._died_ns[stage] = logged.logged_ns
            case m.StageReady(stage=stage) if stage in self._died_ns:
                self._spans.append(Span(stage, "restart", self._died_ns.pop(stage), logged.logged_ns))
            case _:
                pass

    def spans(self) -> list[Span]:
        """Return the spans that have ended, ordered by their start."""
        speech = (
            span
            for (source, utterance), marks in self._waterfalls.utterances.items()
            for span in speech_spans(source, utterance, marks, self._started.get((source, utterance)))
        )
        answers = (
            span
            for question, marks in self._waterfalls.questions.items()
            for span in answer_spans(question, marks)
        )
        spans = [*self._spans, *speech, *answers]
        return sorted(spans, key=lambda span: (span.start_ns, -span.stop_ns))

    def _add(self, source: str, name: str, start_ns: int, stop_ns: int) -> None:
        self._spans.append(Span(f"capture:{source}", name, start_ns, stop_ns))

    def _ns(self, source: str, sample: int) -> int:
        return self._first_sample_ns.get(source, 0) + sample * 1_000_000_000 // SAMPLE_RATE


def speech_spans(source: str, utterance: int, marks: Marks, start: SpeechStart | None) -> Iterator[Span]:
    """Yield the parts of an utterance that have ended; `start` is None if it began before the log."""
    at_ns = {"zero": marks.zero_ns, **marks.at_ns}
    if start and start.shown_ns:
        at_ns |= {"detected": start.detected_ns, "shown": start.shown_ns}
    numbers = (("utterance", utterance),)
    if start and start.start_ns < marks.zero_ns:
        yield Span(f"speech:{source}", "speech", start.start_ns, marks.zero_ns, numbers)
    for track, name, begin, end in _SPEECH:
        if begin in at_ns and at_ns.get(end, 0) >= at_ns[begin]:
            yield Span(f"{track}:{source}", name, at_ns[begin], at_ns[end], numbers)


def answer_spans(question: int, marks: Marks) -> Iterator[Span]:
    """Yield the parts of an answer that have ended."""
    at_ns, numbers = {"zero": marks.zero_ns, **marks.at_ns}, (("question", question),)
    shown_ns = at_ns.get("painted", at_ns.get("logged"))
    if shown_ns is not None:
        yield Span("answers", "from the last word to the answer", marks.zero_ns, shown_ns, numbers)
    ended: set[str] = set()
    for track, name, begins, end in _ANSWER:
        begin_ns = next((at_ns[mark] for mark in begins if mark in at_ns), None)
        if begin_ns is not None and end not in ended and at_ns.get(end, 0) > begin_ns:
            ended |= {end} if track == "llm" else set()
            yield Span(track, name, begin_ns, at_ns[end], numbers)
