"""What the user sees, as a fold over the session's log.

Pure: no Qt, no terminal, no clock. Both the window and the terminal view draw a `Captions`. Events that are
replayed after a reconnect change nothing, because their numbers have been seen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.state.egress import Egress
from overlay.state.exchange import Exchange
from overlay.state.practice import Practice

LINES_KEPT = 200
EXCHANGES_KEPT = 20
PROBLEMS_KEPT = 4
PROBLEM_CHARACTERS = 400

NOT_UNDERSTOOD = "[something was said here that could not be understood]"
"""Stands in place of the words where somebody spoke and no words were found."""

LOST = "[something was said here that was lost before it could be transcribed]"
"""Stands in place of the words where an utterance was not transcribed."""


@dataclass
class Line:
    """One utterance, final or growing."""

    source: str
    utterance: int
    started_ns: int
    """Monotonic time at which it began."""
    text: str
    stable_words: int
    final: bool = False
    unconfirmed: bool = False
    """No final pass confirms the words."""

    def parts(self) -> tuple[str, str]:
        """Return the words that are certain, and those that may still change or are unsure."""
        words = self.text.split()
        if self.final:
            return ("", self.text) if self.unconfirmed else (self.text, "")
        return " ".join(words[: self.stable_words]), " ".join(words[self.stable_words :])


@dataclass
class StageState:
    """How a process is doing."""

    state: Literal["starting", "ready", "fallen", "given up"] = "starting"
    detail: str = ""
    sandbox: str = ""
    restarts: int = 0


@dataclass
class Captions:
    """Everything there is to show."""

    sources: list[str] = field(default_factory=list)
    answer_mode: str = "auto"
    providers: list[str] = field(default_factory=list)
    """Who may be asked, by name."""
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))
    partials: dict[str, Line] = field(default_factory=dict)
    """What is being said right now, by source."""
    speaking: set[str] = field(default_factory=set)
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=EXCHANGES_KEPT))
    stages: dict[str, StageState] = field(default_factory=dict)
    levels_dbfs: dict[str, float] = field(default_factory=dict)
    problems: deque[str] = field(default_factory=lambda: deque(maxlen=PROBLEMS_KEPT))
    egress: Egress = field(default_factory=Egress)
    """Who is asked, what was sent, and what it cost."""
    practice: Practice = field(default_factory=Practice)
    final_latency_s: float | None = None
    """Of the newest final: from the end of speech, as detected, to the hub's log."""
    ending: str = ""
    _seq: int = 0
    _first_sample_ns: dict[str, int] = field(default_factory=dict)

    def apply(self, logged: m.Logged) -> None:
        """Take in one event; one that was taken in before changes nothing."""
        if 0 < logged.seq <= self._seq:
            return
        self._seq = max(self._seq, logged.seq)
        event = logged.event
        self.practice.apply(event)
        match event:
            case m.LevelMeasured(source=source, rms_dbfs=level):
                self.levels_dbfs[source] = level
            case m.SessionStarted():
                self.sources, self.answer_mode = list(event.sources), event.answer
                self.providers = event.providers
            case m.SessionEnding(cause=cause):
                self.ending = cause
            case m.CaptureStarted():
                self._first_sample_ns[event.source] = event.first_sample_ns
            case (
                m.SpeechStarted()
                | m.SpeechPaused()
                | m.SpeechResumed()
                | m.SpeechEnded()
                | m.PartialTranscribed()
                | m.FinalTranscribed()
                | m.UtteranceDiscarded()
                | m.UtteranceLost()
            ):
                self._apply_speech(event, logged.logged_ns)
            case (
                m.QuestionDetected()
                | m.PassagesRetrieved()
                | m.RequestHeld()
                | m.RequestSent()
                | m.AnswerStreamed()
                | m.AnswerFinished()
                | m.AnswerStopped()
                | m.ProviderReady()
                | m.UsageCounted()
            ):
                self._apply_exchange(event, logged.logged_ns)
            case _:
                self._apply_stage(event)

    @property
    def current(self) -> Exchange | None:
        """The newest question."""
        return self.exchanges[-1] if self.exchanges else None

    def _apply_speech(self, event: m.Event, logged_ns: int) -> None:
        match event:
            case m.SpeechStarted(source=source) | m.SpeechResumed(source=source):
                self.speaking.add(source)
            case m.SpeechPaused(source=source) | m.SpeechEnded(source=source):
                self.speaking.discard(source)
            case m.PartialTranscribed():
                before = self.partials.get(event.source)
                begun = before.started_ns if before and before.utterance == event.utterance else logged_ns
                self.partials[event.source] = Line(
                    event.source, event.utterance, begun, event.text, event.stable_words
                )
            case m.FinalTranscribed():
                self._finish(event, logged_ns)
            case m.UtteranceDiscarded():
                self._discard(event)
            case m.UtteranceLost(source=source, utterance=utterance, cause=cause):
                self._drop_partial(source, utterance)
                self._add_problem(f"{source}: an utterance was lost ({cause})")
            case _:
                pass

    def _finish(self, event: m.FinalTranscribed, logged_ns: int) -> None:
        self._add_line(event, event.text, unconfirmed=event.unconfirmed)
        zero_ns = self._first_sample_ns.get(event.source, 0)
        if zero_ns and not event.unconfirmed:
            ended_ns = zero_ns + event.quiet_sample * 1_000_000_000 // SAMPLE_RATE
            self.final_latency_s = (logged_ns - ended_ns) / 1e9

    def _discard(self, event: m.UtteranceDiscarded) -> None:
        if event.held_speech:
            seconds = event.start_sample // SAMPLE_RATE
            self._add_line(event, f"{seconds // 60}:{seconds % 60:02} {NOT_UNDERSTOOD}", unconfirmed=True)
        else:
            self._drop_partial(event.source, event.utterance)

    def _add_line(
        self, event: m.FinalTranscribed | m.UtteranceDiscarded, text: str, *, unconfirmed: bool
    ) -> None:
        """Add a final line where it belongs by the time at which it was begun."""
        self._drop_partial(event.source, event.utterance)
        zero_ns = self._first_sample_ns.get(event.source, 0)
        started_ns = zero_ns + event.start_sample * 1_000_000_000 // SAMPLE_RATE
        line = Line(
            event.source,
            event.utterance,
            started_ns,
            text,
            len(text.split()),
            final=True,
            unconfirmed=unconfirmed,
        )
        at = len(self.lines)
        while at and self.lines[at - 1].started_ns > started_ns:
            at -= 1
        if len(self.lines) == LINES_KEPT:  # a full deque refuses to insert
            self.lines.popleft()
            at = max(at - 1, 0)
        self.lines.insert(at, line)

    def _drop_partial(self, source: str, utterance: int) -> None:
        line = self.partials.get(source)
        if line and line.utterance <= utterance:
            del self.partials[source]

    def _apply_exchange(self, event: m.Event, logged_ns: int) -> None:
        self.egress.apply(event)
        if isinstance(event, m.QuestionDetected):
            self.exchanges.append(
                Exchange(event.question, event.source, event.text, logged_ns, event.previous)
            )
            return
        number = getattr(event, "question", None)
        for exchange in self.exchanges:
            if exchange.question == number:
                exchange.apply(event, logged_ns)

    def _apply_stage(self, event: m.Event) -> None:
        match event:
            case m.StageStarted(stage=stage, restarts=restarts):
                self.stages[stage] = StageState(restarts=restarts)
            case m.StageReady(stage=stage, detail=detail, sandbox=sandbox):
                state = self.stages.setdefault(stage, StageState())
                state.state, state.detail, state.sandbox = "ready", detail, sandbox
            case m.StageDied(stage=stage, cause=cause):
                state = self.stages.setdefault(stage, StageState())
                state.state, state.detail = "fallen", cause
                kind, _, source = stage.partition(":")
                if kind in ("capture", "vad"):
                    self._clear_source(source)
            case m.StageGivenUp(stage=stage, cause=cause, fix=fix):
                state = self.stages.setdefault(stage, StageState())
                state.state, state.detail = "given up", f"{cause}; {fix}"
                self._add_problem(f"{stage} was given up: {cause}; {fix}")
            case m.ProblemReported(stage=stage, problem=what, kept=kept, fix=fix):
                self._add_problem("; ".join(filter(None, (f"{stage}: {what}", kept, fix))))
            case m.AudioLost(source=source, start_sample=start, stop_sample=stop, cause=cause):
                self._add_problem(f"{source}: {(stop - start) / SAMPLE_RATE:.2f} s of audio lost ({cause})")
            case m.CaptureEnded(source=source):
                self._clear_source(source)
            case _:
                pass

    def _clear_source(self, source: str) -> None:
        """Nothing is heard of this source any more, so nobody is shown to speak there."""
        self.speaking.discard(source)
        self.levels_dbfs.pop(source, None)

    def _add_problem(self, text: str) -> None:
        text = text if len(text) <= PROBLEM_CHARACTERS else f"{text[:PROBLEM_CHARACTERS]}…"
        if text in self.problems:
            self.problems.remove(text)
        self.problems.append(text)
