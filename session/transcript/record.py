"""Collects from the event log what may be saved of a session.

Pure, and held in memory only; `session.transcript.save` writes it on request. Its texts have no control
characters. `saved_parts.py` turns sample positions into seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import msgspec

from bus.log.redaction import without_words
from bus.messages import (
    AnswerFinished,
    AnswerStopped,
    AnswerStreamed,
    CaptureEnded,
    CapturePaused,
    CaptureResumed,
    CaptureStarted,
    ConsentGiven,
    FinalTranscribed,
    Logged,
    LogRedacted,
    MomentMarked,
    NotesLoaded,
    PassagesRetrieved,
    PracticeAnswerMeasured,
    PracticeEnded,
    ProviderReady,
    QuestionDetected,
    RequestSent,
    SessionEnding,
    SessionStarted,
    StageReady,
    SummaryFinished,
    UtteranceDiscarded,
    UtteranceLost,
)
from overlay.state.transcript import Outcome, Transcript
from session.transcript import saved_session as saved
from session.transcript.exchange import Exchange, printable_struct
from session.transcript.saved_parts import SavedParts
from session.view.printable import printable

_SAVED = (
    FinalTranscribed,
    UtteranceDiscarded,
    UtteranceLost,
    QuestionDetected,
    PassagesRetrieved,
    AnswerFinished,
    AnswerStopped,
    RequestSent,
    PracticeAnswerMeasured,
    PracticeEnded,
    MomentMarked,
    SummaryFinished,
)
_GROWTH = 6
"""A saved text is at most so many times as long as its event: an escaped character has up to six bytes."""
_SMALL_BYTES = 400
"""At most so much is written about an event besides its texts."""


@dataclass
class Record:
    """Everything that may be saved, so far."""

    size_bytes: int = 0
    """At least the size of the file, in any format."""
    started_ns: int | None = None
    """Monotonic time at which the session started."""
    program: str = ""
    sources: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Names of the sources to show."""
    ended: str = ""
    """Why it ended."""
    _consent: saved.Consent | None = None
    _transcript: Transcript = field(default_factory=Transcript)
    _devices: dict[str, str] = field(default_factory=dict)
    _stops: dict[str, int] = field(default_factory=dict)
    """Number of samples of each source that has ended."""
    _pauses: list[CapturePaused | CaptureResumed] = field(default_factory=list)
    _marks: list[tuple[int, MomentMarked]] = field(default_factory=list)
    """With the times at which they were logged."""
    _struck: list[LogRedacted] = field(default_factory=list)
    _exchanges: dict[int, Exchange] = field(default_factory=dict)
    _requests: list[tuple[int, RequestSent]] = field(default_factory=list)
    """Those that left the machine, with the times at which they were logged."""
    _stayed: int = 0
    _speech_model: str = ""
    _answered_by: list[str] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _measured: dict[int, PracticeAnswerMeasured] = field(default_factory=dict)
    _practice_ended: PracticeEnded | None = None
    _summary: SummaryFinished | None = None

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        self._transcript.apply(logged)
        event = logged.event
        if isinstance(event, _SAVED):
            self.size_bytes += _GROWTH * len(msgspec.json.encode(event)) + _SMALL_BYTES
        elif isinstance(event, AnswerStreamed):  # which an answer that is cut off consists of
            self.size_bytes += _GROWTH * len(event.delta.encode())
        if isinstance(event, QuestionDetected):
            self._exchanges.pop(event.replaces, None)
            self._exchanges[event.question] = Exchange(printable_struct(event), logged.logged_ns)
        elif exchange := self._exchanges.get(getattr(event, "question", 0)):
            exchange.apply(logged)
        self._apply_facts(logged)

    def _apply_facts(self, logged: Logged) -> None:
        match logged.event:
            case SessionStarted(version=version, sources=sources, started_ns=started_ns, names=names):
                self.program, self.sources, self.started_ns = version, sources, started_ns
                self.names = {source: printable(name) for source, name in names.items()}
            case SessionEnding(cause=cause):
                self.ended = cause
            case ConsentGiven(people=people, alone=alone, recorded=recorded):
                self._consent = saved.Consent(people=printable(people), alone=alone, recorded=recorded)
            case CaptureStarted(source=source, device=device):
                self._devices[source] = printable(device)
            case CaptureEnded(source=source, stop_sample=stop):
                self._stops[source] = stop
            case CapturePaused() | CaptureResumed() as paused:
                self._pauses.append(paused)
            case MomentMarked() as mark:
                self._marks.append((logged.logged_ns, printable_struct(mark)))
            case LogRedacted() as redaction:
                self._redact(redaction)
            case StageReady(stage="stt", detail=detail):
                self._speech_model = detail
            case NotesLoaded(files=files):
                self._notes = [printable(file) for file in files]
            case ProviderReady(provider=provider, model=model) if provider != "none":
                self._answered_by = [*dict.fromkeys((*self._answered_by, printable(f"{model} ({provider})")))]
            case RequestSent(left_machine=True) as request:
                self._requests.append((logged.logged_ns, request))
            case RequestSent():
                self._stayed += 1
            case PracticeAnswerMeasured() as measured:
                self._measured[measured.number] = printable_struct(measured)
            case SummaryFinished() as summary:
                self._summary = printable_struct(summary)
            case PracticeEnded() as ended:
                self._practice_ended = printable_struct(ended)
            case _:
                pass

    def _redact(self, redaction: LogRedacted) -> None:
        kept = partial(without_words, redaction)
        self._struck.append(redaction)
        self._marks = [each for each in self._marks if each[0] < redaction.since_ns]
        for question in redaction.questions:
            self._exchanges.pop(question, None)
        self._summary = None  # it is made of all that was said
        self._requests = [(logged_ns, kept(request)) for logged_ns, request in self._requests]
        self._measured = {at: kept(measured) for at, measured in self._measured.items()}
        self._practice_ended = self._practice_ended and kept(self._practice_ended)

    @property
    def has_words(self) -> bool:
        """Whether anything was said that could be saved."""
        return any(map(_is_saved, self._transcript.outcomes(ended=True)))

    def result(
        self,
        *,
        started: datetime,
        final_latency: saved.Latency | None = None,
        first_token_latency: saved.Latency | None = None,
    ) -> saved.SavedSession:
        """Return what a file of this session holds.

        Args:
            started: Date and time of its start, with the time zone.
            final_latency: Latency of its final transcripts, if it was measured.
            first_token_latency: Time to first token, if it was measured.
        """
        parts = SavedParts(self._transcript.first_sample_ns, self.started_ns)
        outcomes = self._transcript.outcomes(ended=True)
        turns = [parts.turn(outcome) for outcome in outcomes if _is_saved(outcome)]
        return saved.SavedSession(
            program=self.program,
            started=started.replace(microsecond=0),
            length_s=max([*(parts.seconds(*stop) for stop in self._stops.items()), *_stops(turns), 0.0]),
            ended=self.ended,
            sources=[self._source(name) for name in self.sources or self._devices],
            consent=self._consent,
            speech_model=self._speech_model,
            answered_by=self._answered_by,
            notes=self._notes,
            turns=turns,
            pauses=parts.pauses(self._pauses),
            marks=[saved.Mark(at_s=parts.since_zero(at), text=mark.text) for at, mark in self._marks],
            struck=[*map(parts.struck, self._struck)],
            questions=[*self._questions(outcomes, parts)],
            summary=parts.summary(self._summary) if self._summary else None,
            left_machine=[parts.request(*each) for each in self._requests],
            stayed=self._stayed,
            final_latency=final_latency,
            first_token_latency=first_token_latency,
            practice=self._practice(),
        )

    def _source(self, name: str) -> saved.Source:
        return saved.Source(name=name, speaker=self.names.get(name, name), device=self._devices.get(name, ""))

    def _questions(self, outcomes: list[Outcome], parts: SavedParts) -> Iterator[saved.Question]:
        stops = {
            (outcome.source, utterance): outcome.stop_sample
            for outcome in outcomes
            for utterance in (outcome.utterance, *getattr(outcome, "replaces", ()))
        }
        for exchange in self._exchanges.values():
            event = exchange.event
            stop = stops.get((event.source, event.utterance))
            at_s = parts.since_zero(exchange.asked_ns) if stop is None else parts.seconds(event.source, stop)
            yield exchange.question(at_s)

    def _practice(self) -> saved.Practice | None:
        if not self._measured:
            return None
        return saved.Practice(answers=[*self._measured.values()], whole=self._practice_ended)


def _is_saved(outcome: Outcome) -> bool:
    """Return whether an outcome is a turn, not noise."""
    return not isinstance(outcome, UtteranceDiscarded) or outcome.held_speech


def _stops(turns: list[saved.Turn]) -> Iterator[float]:
    return (turn.stop_s for turn in turns)
