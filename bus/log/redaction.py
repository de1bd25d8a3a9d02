"""Removes what was said last from the log of a session.

Pure. `planned` decides what a request removes, `redacted` removes it from an event, and `Redactions` keeps it
from coming back with events that a stage published before it had forgotten the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from bus import messages as m
from bus.audio import SAMPLE_RATE
from bus.messages.control import TYPED
from bus.stages.plan import stage_kind
from bus.stages.table import RESTARTED_ON_REDACTION

CAUSE = "redacted"
"""Cause of the outcome of an utterance whose words were removed."""

E = TypeVar("E", bound=m.Message)
Place = tuple[str, int]
"""Source and number of an utterance."""

PRACTICE = "practice"
"""Source of requests for feedback on a practice answer, whose number they have instead of an utterance."""

_ON_REQUEST = ("asked for", "again", "shorter", "longer")
"""Kinds of questions that belong to the time at which the user asked, not to that of the words."""

_WITH_WORDS_OF_UTTERANCE = (
    m.EndpointPredicted,
    m.PartialTranscribed,
    m.FinalTranscribed,
    m.TranscriptRevised,
    m.EchoSuppressed,
)
_WITH_WORDS_OF_QUESTION = (
    m.QuestionDetected,
    m.PassagesRetrieved,
    m.RequestHeld,
    m.AnswerStreamed,
    m.AnswerFinished,
    m.AnswerStopped,
    m.SummaryFinished,
)
_OF_THE_USER = (m.QuestionTyped, m.AnswerRequested, m.VariantRequested, m.MomentMarked)
"""What the user typed in that time, and requests that a restarted llm would answer once more."""
_OF_PRACTICE = (m.FeedbackRequested, m.PracticeAnswerMeasured, m.PracticeEnded)
_WITHHELD = (
    *_WITH_WORDS_OF_UTTERANCE,
    *_WITH_WORDS_OF_QUESTION,
    *_OF_PRACTICE,
    m.UtteranceDiscarded,
    m.UtteranceLost,
)
"""Not accepted from a stage that may still have the words."""


class _Utterance(msgspec.Struct):
    """What the log says about one utterance."""

    start_sample: int
    stop_sample: int
    ended_ns: int = 0
    """When it was over; 0 while it is in progress."""
    is_closed: bool = False
    has_words: bool = False


def planned(log: Iterable[m.Logged], last_s: float, now_ns: int) -> m.LogRedacted:
    """Return what a request at this time removes: each utterance that was not over before."""
    events = [*log]
    since_ns = now_ns - round(last_s * 1e9)
    zero_ns = {
        logged.event.source: logged.event.first_sample_ns
        for logged in events
        if isinstance(logged.event, m.CaptureStarted)
    }
    struck = {
        place: each
        for place, each in _utterances(events).items()
        if not each.ended_ns or min(each.ended_ns, _ns(zero_ns, place[0], each.stop_sample)) >= since_ns
    }
    practised = {
        getattr(logged.event, "number", 0)
        for logged in events
        if isinstance(logged.event, _OF_PRACTICE) and logged.logged_ns >= since_ns
    }
    questions = _questions(events, {*struck, *((PRACTICE, number) for number in practised)}, since_ns)
    return m.LogRedacted(
        last_s=last_s,
        since_ns=since_ns,
        turns=sum(each.has_words for each in struck.values()),
        utterances=[m.RedactedUtterance(source=source, utterance=number) for source, number in struck],
        questions=sorted(questions),
        practice_answers=sorted(practised),
        audio=[
            _audio(source, [each for place, each in struck.items() if place[0] == source], since, now)
            for source, zero in zero_ns.items()
            for since, now in [(_sample(since_ns - zero), _sample(now_ns - zero))]
        ],
        recorded=any(isinstance(logged.event, m.RecordingStarted) for logged in events),
        sent=[_sent(logged.event) for logged in events if _is_sent_for(logged.event, questions)],
    )


def unclosed(log: Iterable[m.Logged], redaction: m.LogRedacted) -> list[m.UtteranceDiscarded]:
    """Return the outcome of each utterance that was over when it was redacted and has none yet."""
    utterances = _utterances(log)
    places = [(each.source, each.utterance) for each in redaction.utterances]
    open_ones = [(place, utterances[place]) for place in places if place in utterances]
    return [
        _discarded(*place, each.start_sample, each.stop_sample)
        for place, each in open_ones
        if each.ended_ns and not each.is_closed
    ]


def redacted_log(redaction: m.LogRedacted, log: Iterable[m.Logged]) -> list[m.Logged]:
    """Return what stays of the log."""
    kept = []
    for logged in log:
        is_request = isinstance(logged.event, _OF_THE_USER) and logged.logged_ns >= redaction.since_ns
        event = None if is_request else redacted(redaction, logged.event)
        if event is logged.event:
            kept.append(logged)
        elif event is not None:
            kept.append(m.Logged(logged.seq, logged.logged_ns, event))
    return kept


def redacted(redaction: m.LogRedacted, event: m.Event) -> m.Event | None:
    """Return an event as it stays: whole, without its words, or not at all (None)."""
    match event:
        case m.FinalTranscribed(source=source, utterance=number) if _has(redaction, source, number):
            return _discarded(source, number, event.start_sample, event.stop_sample)
        case _ if isinstance(event, _WITH_WORDS_OF_UTTERANCE):
            return None if _has(redaction, event.source, event.utterance) else event
        case m.FeedbackRequested(number=number) if number in redaction.practice_answers:
            return None  # a restarted llm would request it once more, for an answer without words
        case _ if isinstance(event, _WITH_WORDS_OF_QUESTION):
            return None if event.question in redaction.questions else event
        case _:
            return without_words(redaction, event)


def without_words(redaction: m.LogRedacted, event: E) -> E:
    """Return a request or an event of a practice that stays, without the words that were redacted."""
    if isinstance(event, m.RequestSent) and event.question in redaction.questions:
        return msgspec.structs.replace(event, body="")
    if not isinstance(event, _OF_PRACTICE) or getattr(event, "number", 0) not in redaction.practice_answers:
        return event
    changed: dict[str, Any] = {"answered": ""}
    if not isinstance(event, m.FeedbackRequested):
        changed = {"measures": _wordless(event.measures), "remarks": []}
    if isinstance(event, m.PracticeAnswerMeasured):
        changed["text"] = ""
    return msgspec.structs.replace(event, **changed)


class Redactions:
    """The redactions of a session, for the hub."""

    def __init__(self) -> None:
        self._closed: set[Place] = set()
        """Utterances that have their outcome."""
        self._questions: set[int] = set()
        self._awaited: set[str] = set()
        """Stages that were not restarted since the last redaction."""

    def add(self, redaction: m.LogRedacted, closed: Iterable[Place]) -> None:
        """Note a redaction, and which of its utterances were over."""
        self._closed |= {*closed}
        self._questions |= {*redaction.questions}
        self._awaited = {*RESTARTED_ON_REDACTION}

    def admitted(self, sender: str, event: m.Event) -> m.Event | None:
        """Return an event as the log may have it; None if it may hold words that were removed."""
        kind = stage_kind(sender)
        if isinstance(event, m.StageReady):
            self._awaited.discard(kind)
        if isinstance(event, m.RequestSent):  # what left is never hidden
            is_struck = event.question in self._questions or kind in self._awaited
            return msgspec.structs.replace(event, body="") if is_struck else event
        place = getattr(event, "source", ""), getattr(event, "utterance", 0)
        is_struck = place in self._closed or getattr(event, "question", 0) in self._questions
        return None if isinstance(event, _WITHHELD) and (kind in self._awaited or is_struck) else event


def closed_places(log: Iterable[m.Logged], redaction: m.LogRedacted) -> list[Place]:
    """Return the redacted utterances that were over."""
    utterances = _utterances(log)
    places = [(each.source, each.utterance) for each in redaction.utterances]
    return [place for place in places if place in utterances and utterances[place].ended_ns]


def _utterances(events: Iterable[m.Logged]) -> dict[Place, _Utterance]:
    found: dict[Place, _Utterance] = {}
    for logged in events:
        event = logged.event
        match event:
            case m.SpeechStarted(start_sample=start):
                place = event.source, event.utterance
                found.setdefault(place, _Utterance(start, max(start, event.detected_sample)))
            case m.SpeechEnded(start_sample=start, stop_sample=stop):
                each = found.setdefault((event.source, event.utterance), _Utterance(start, stop))
                each.stop_sample, each.ended_ns = stop, logged.logged_ns
            case m.PartialTranscribed() | m.EndpointPredicted():
                each = found.setdefault((event.source, event.utterance), _Utterance(0, 0))
                each.has_words |= bool(event.text)
            case m.FinalTranscribed() | m.UtteranceDiscarded() | m.UtteranceLost():
                begun = _Utterance(event.start_sample, event.stop_sample)
                each = found.setdefault((event.source, event.utterance), begun)
                each.is_closed, each.ended_ns = True, each.ended_ns or logged.logged_ns
                each.stop_sample = max(each.stop_sample, event.stop_sample)
                each.has_words |= isinstance(event, m.FinalTranscribed)
            case _:
                pass
    return found


def _questions(events: Sequence[m.Logged], struck: set[Place], since_ns: int) -> set[int]:
    """Return the questions in these utterances, and those that the user asked in that time.

    A summary is made of all that was said until then, so each is removed.
    """
    found = {logged.event.question for logged in events if isinstance(logged.event, m.SummaryStarted)}
    for logged in events:
        event = logged.event
        if isinstance(event, m.QuestionDetected):
            asked = event.source == TYPED or event.kind in _ON_REQUEST
            numbers = {event.utterance, *(span.utterance for span in event.spans)}
            spoken = any((event.source, number) in struck for number in numbers)
            if spoken or (asked and logged.logged_ns >= since_ns):
                found.add(event.question)
    return found


def _audio(source: str, struck: Sequence[_Utterance], since: int, now: int) -> m.RedactedAudio:
    start = min([max(since, 0), *(each.start_sample for each in struck)])
    return m.RedactedAudio(
        source=source, start_sample=start, stop_sample=max(now, *(each.stop_sample for each in struck), 0)
    )


def _is_sent_for(event: m.Event, questions: set[int]) -> bool:
    return isinstance(event, m.RequestSent) and event.question in questions


def _sent(event: m.Event) -> m.RedactedRequest:
    assert isinstance(event, m.RequestSent)
    return m.RedactedRequest(
        question=event.question,
        host=event.host,
        sent_ns=event.sent_ns,
        body_bytes=event.body_bytes,
        left_machine=event.left_machine,
    )


def _wordless(measures: m.Measures) -> m.Measures:
    return msgspec.structs.replace(
        measures, fillers={}, favourites={}, figures=[], example_words="", result_words="", closing_words=""
    )


def _has(redaction: m.LogRedacted, source: str, utterance: int) -> bool:
    return m.RedactedUtterance(source=source, utterance=utterance) in redaction.utterances


def _discarded(source: str, utterance: int, start: int, stop: int) -> m.UtteranceDiscarded:
    return m.UtteranceDiscarded(
        source=source, utterance=utterance, start_sample=start, stop_sample=stop, cause=CAUSE
    )


def _sample(ns: int) -> int:
    return ns * SAMPLE_RATE // 1_000_000_000


def _ns(zero_ns: dict[str, int], source: str, sample: int) -> int:
    return zero_ns.get(source, 0) + sample * 1_000_000_000 // SAMPLE_RATE
