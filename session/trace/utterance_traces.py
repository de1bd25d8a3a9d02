"""Turns a session's events into one trace an utterance, and the answers to it. Pure.

The parts are those of `session.trace.spans`. A trace is complete when its utterance has an outcome; an answer
that comes later joins it. Holds numbers and names of sources; words only on request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.state.waterfall import Waterfalls
from session.trace.spans import Span, SpeechStart, answer_spans, speech_spans

Value = str | int | float | bool

_OUTCOMES = {"FinalTranscribed": "final", "UtteranceDiscarded": "no words", "UtteranceLost": "lost"}


@dataclass(frozen=True)
class TraceSpan:
    """One span of a trace; times are CLOCK_MONOTONIC."""

    trace: str
    """Names its trace within the session."""
    id: str
    """Names it within the session."""
    parent: str
    """Empty for the first span of a trace."""
    name: str
    start_ns: int
    stop_ns: int
    attributes: Mapping[str, Value] = field(default_factory=dict)
    is_error: bool = False


class UtteranceTraces:
    """Projection of a session's log to traces.

    Args:
        words: Whether the first span of an utterance or a question has its text.
    """

    def __init__(self, *, words: bool = False) -> None:
        self._words = words
        self._waterfalls = Waterfalls()
        self._first_sample_ns: dict[str, int] = {}
        self._started: dict[tuple[str, int], SpeechStart] = {}
        self._questions: dict[int, m.QuestionDetected] = {}
        self._complete: set[tuple[str, int]] = set()
        """Utterances whose trace was returned, which an answer can join."""

    def apply(self, logged: m.Logged) -> list[TraceSpan]:
        """Apply one event, in the log's order, and return the spans that are complete with it."""
        self._waterfalls.apply(logged)
        event = logged.event
        match event:
            case m.CaptureStarted(source=source, first_sample_ns=first_sample_ns):
                self._first_sample_ns[source] = first_sample_ns
            case m.SpeechStarted(source=source, utterance=utterance, start_sample=start):
                start_ns = self._first_sample_ns.get(source, 0) + start * 1_000_000_000 // SAMPLE_RATE
                self._started[source, utterance] = SpeechStart(start_ns, logged.logged_ns)
            case m.PartialTranscribed(source=source, utterance=utterance):
                if begin := self._started.get((source, utterance)):
                    begin.shown_ns = begin.shown_ns or logged.logged_ns
            case m.FinalTranscribed() | m.UtteranceDiscarded() | m.UtteranceLost():
                return self._utterance(event, logged.logged_ns)
            case m.QuestionDetected(question=question):
                self._questions[question] = event
            case m.AnswerFinished() | m.AnswerStopped():
                return self._answer(event, logged.logged_ns)
            case _:
                pass
        return []

    def _utterance(
        self, event: m.FinalTranscribed | m.UtteranceDiscarded | m.UtteranceLost, at_ns: int
    ) -> list[TraceSpan]:
        key = event.source, event.utterance
        start, marks = self._started.pop(key, None), self._waterfalls.utterances.get(key)
        if start is None or marks is None:  # the reader joined in the middle
            return []
        self._complete.add(key)
        trace = _name(*key)
        attributes: dict[str, Value] = {
            "cuecard.source": event.source,
            "cuecard.utterance": event.utterance,
            "cuecard.outcome": _OUTCOMES[type(event).__name__],
        }
        if isinstance(event, m.FinalTranscribed):
            attributes |= _of_final(event)
            attributes |= {"cuecard.text": event.text} if self._words else {}
        is_lost = isinstance(event, m.UtteranceLost)
        root = TraceSpan(trace, trace, "", "utterance", start.start_ns, at_ns, attributes, is_lost)
        return [root, *_parts(root, speech_spans(*key, marks, start))]

    def _answer(self, event: m.AnswerFinished | m.AnswerStopped, at_ns: int) -> list[TraceSpan]:
        asked, marks = (
            self._questions.pop(event.question, None),
            self._waterfalls.questions.get(event.question),
        )
        if asked is None or marks is None:
            return []
        is_spoken = (asked.source, asked.utterance) in self._complete
        name = f"question/{event.question}"
        trace = _name(asked.source, asked.utterance) if is_spoken else name
        attributes: dict[str, Value] = {
            "cuecard.source": asked.source,
            "cuecard.question": event.question,
            "cuecard.outcome": "finished" if isinstance(event, m.AnswerFinished) else "stopped",
        }
        attributes |= {"cuecard.text": asked.text} if self._words else {}
        root = TraceSpan(
            trace, name, trace if is_spoken else "", "question", marks.zero_ns, at_ns, attributes
        )
        return [root, *_parts(root, answer_spans(event.question, marks))]


def _parts(root: TraceSpan, spans: Iterable[Span]) -> list[TraceSpan]:
    """Return the parts below the first span, each with the stage that did it."""
    return [
        TraceSpan(
            root.trace,
            f"{root.id}/{number}",
            root.id,
            span.name,
            span.start_ns,
            span.stop_ns,
            {"cuecard.stage": span.track},
        )
        for number, span in enumerate(spans)
    ]


def _of_final(event: m.FinalTranscribed) -> dict[str, Value]:
    return {
        "cuecard.speculative": event.speculative,
        "cuecard.passes": event.passes,
        "cuecard.compute_ms": event.compute_ms,
        "cuecard.queue_ms": event.queue_ms,
        "cuecard.unconfirmed": event.unconfirmed,
        "cuecard.replaces": len(event.replaces),
    }


def _name(source: str, utterance: int) -> str:
    return f"{source}/{utterance}"
