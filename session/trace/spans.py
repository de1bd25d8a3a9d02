"""Spans of a session: which stage did what, from when to when.

Pure. Holds numbers of utterances and questions and names of sources and stages, and no words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.state.waterfall import Place, Step, Waterfall, Waterfalls

_ANSWER: tuple[tuple[str, str, tuple[Step, ...], Step], ...] = (
    ("llm", "detect the question", ("final", "requested", "ended", "predicted"), "question"),
    ("llm", "search the notes", ("question",), "notes"),
    ("llm", "prepare the request", ("notes",), "held"),
    ("llm", "wait for approval", ("held",), "sent"),
    ("llm", "prepare the request", ("notes", "question"), "sent"),
    ("provider", "first byte", ("sent",), "received"),
    ("provider", "answer", ("received",), "done"),
    ("hub", "first text", ("received",), "logged"),
    ("overlay", "paint", ("logged",), "painted"),
)
"""Track and name of each part of an answer, the steps that may begin it, and the one that ends it."""

_SPEECH: tuple[tuple[str, str, Step, Step], ...] = (
    ("vad", "notice the pause", "spoken", "paused"),
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


class SessionSpans:
    """The spans of a whole session."""

    def __init__(self) -> None:
        self._waterfalls = Waterfalls(limit=None)
        self._first_sample_ns: dict[str, int] = {}
        self._started_ns: dict[Place, int] = {}
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
                self._started_ns[source, utterance] = self._ns(source, start)
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
        speech = (span for each in self._waterfalls.utterances for span in self._of_speech(each))
        answers = (span for each in self._waterfalls.by_question.values() for span in _of_answer(each))
        spans = [*self._spans, *speech, *answers]
        return sorted(spans, key=lambda span: (span.start_ns, -span.stop_ns))

    def _add(self, source: str, name: str, start_ns: int, stop_ns: int) -> None:
        self._spans.append(Span(f"capture:{source}", name, start_ns, stop_ns))

    def _of_speech(self, waterfall: Waterfall) -> Iterator[Span]:
        source, times_ns = waterfall.source, waterfall.times_ns
        numbers = (("utterance", waterfall.utterance),)
        started_ns = self._started_ns.get((source, waterfall.utterance))
        if started_ns is not None:
            yield Span(f"speech:{source}", "speech", started_ns, times_ns["spoken"], numbers)
        for track, name, begin, end in _SPEECH:
            if begin in times_ns and times_ns.get(end, 0) >= times_ns[begin]:
                yield Span(f"{track}:{source}", name, times_ns[begin], times_ns[end], numbers)

    def _ns(self, source: str, sample: int) -> int:
        return self._first_sample_ns.get(source, 0) + sample * 1_000_000_000 // SAMPLE_RATE


def _of_answer(waterfall: Waterfall) -> Iterator[Span]:
    times_ns, numbers = waterfall.times_ns, (("question", waterfall.question),)
    if total_ms := waterfall.total_ms:
        stop_ns = waterfall.start_ns + round(total_ms * 1e6)
        yield Span("answers", "from the last word to the answer", waterfall.start_ns, stop_ns, numbers)
    ended: set[Step] = set()
    for track, name, begins, end in _ANSWER:
        begin = next((times_ns[step] for step in begins if step in times_ns), None)
        if begin is not None and end not in ended and times_ns.get(end, 0) >= begin:
            ended |= {end} if track == "llm" else set()
            yield Span(track, name, begin, times_ns[end], numbers)
