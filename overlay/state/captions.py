"""Captions: everything a view shows, computed from the event log.

Pure: no Qt, no terminal, no clock. The window and the terminal view draw the same `Captions`. Events that are
replayed after a reconnect change nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay import strings
from overlay.state.egress import Egress
from overlay.state.exchange import Exchange
from overlay.state.practice import Practice

MAX_LINES = 200
MAX_EXCHANGES = 20
MAX_PROBLEMS = 4
PROBLEM_CHARACTERS = 400


@dataclass
class Line:
    """One utterance, as a partial or a final transcript."""

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
        """Return the stable words, and those that may still change or are unconfirmed."""
        words = self.text.split()
        if self.final:
            return ("", self.text) if self.unconfirmed else (self.text, "")
        return " ".join(words[: self.stable_words]), " ".join(words[self.stable_words :])


@dataclass
class StageState:
    """State of one process."""

    state: Literal["starting", "ready", "died", "given up"] = "starting"
    detail: str = ""
    sandbox: str = ""
    restarts: int = 0


@dataclass
class Captions:
    """State of a session, as the views show it."""

    sources: list[str] = field(default_factory=list)
    answer_mode: str = "auto"
    providers: list[str] = field(default_factory=list)
    """Names of the providers that can be chosen."""
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=MAX_LINES))
    partials: dict[str, Line] = field(default_factory=dict)
    """The utterance in progress, by source."""
    speaking: set[str] = field(default_factory=set)
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=MAX_EXCHANGES))
    stages: dict[str, StageState] = field(default_factory=dict)
    levels_dbfs: dict[str, float] = field(default_factory=dict)
    problems: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_PROBLEMS))
    egress: Egress = field(default_factory=Egress)
    """The provider, the requests sent, and their cost."""
    practice: Practice = field(default_factory=Practice)
    final_latency_s: float | None = None
    """Of the newest final: from the detected end of speech to the hub's log."""
    ending: str = ""
    _seq: int = 0
    _first_sample_ns: dict[str, int] = field(default_factory=dict)

    def apply(self, logged: m.Logged) -> None:
        """Apply one event; an event that was applied before changes nothing."""
        if 0 < logged.seq <= self._seq:
            return
        self._seq = max(self._seq, logged.seq)
        self.practice.apply(logged)
        self.egress.apply(logged)
        self._apply_session(logged.event)
        self._apply_speech(logged)
        self._apply_exchange(logged)
        self._apply_stage(logged.event)

    @property
    def current(self) -> Exchange | None:
        """The newest question."""
        return self.exchanges[-1] if self.exchanges else None

    def _apply_session(self, event: m.Event) -> None:
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
            case m.CaptureEnded(source=source):
                self._clear_source(source)
            case _:
                pass

    def _apply_speech(self, logged: m.Logged) -> None:
        match logged.event:
            case m.SpeechStarted(source=source) | m.SpeechResumed(source=source):
                self.speaking.add(source)
            case m.SpeechPaused(source=source) | m.SpeechEnded(source=source):
                self.speaking.discard(source)
            case m.PartialTranscribed() as partial:
                self._set_partial(partial, logged.logged_ns)
            case m.FinalTranscribed() as final:
                self._add_final(final, logged.logged_ns)
            case m.UtteranceDiscarded() as discarded:
                self._add_discarded(discarded)
            case m.UtteranceLost(source=source, utterance=utterance, cause=cause):
                self._drop_partial(source, utterance)
                self._add_problem(strings.lost_utterance(source, cause))
            case m.AudioLost(source=source, start_sample=start, stop_sample=stop, cause=cause):
                self._add_problem(strings.lost_audio(source, (stop - start) / SAMPLE_RATE, cause))
            case _:
                pass

    def _set_partial(self, partial: m.PartialTranscribed, logged_ns: int) -> None:
        before = self.partials.get(partial.source)
        started_ns = before.started_ns if before and before.utterance == partial.utterance else logged_ns
        self.partials[partial.source] = Line(
            partial.source, partial.utterance, started_ns, partial.text, partial.stable_words
        )

    def _add_final(self, final: m.FinalTranscribed, logged_ns: int) -> None:
        self._add_line(final, final.text, unconfirmed=final.unconfirmed)
        zero_ns = self._first_sample_ns.get(final.source, 0)
        if zero_ns and not final.unconfirmed:
            ended_ns = zero_ns + final.quiet_sample * 1_000_000_000 // SAMPLE_RATE
            self.final_latency_s = (logged_ns - ended_ns) / 1e9

    def _add_discarded(self, discarded: m.UtteranceDiscarded) -> None:
        if discarded.held_speech:
            seconds = discarded.start_sample // SAMPLE_RATE
            text = f"{seconds // 60}:{seconds % 60:02} {strings.NOT_UNDERSTOOD}"
            self._add_line(discarded, text, unconfirmed=True)
        else:
            self._drop_partial(discarded.source, discarded.utterance)

    def _add_line(
        self, event: m.FinalTranscribed | m.UtteranceDiscarded, text: str, *, unconfirmed: bool
    ) -> None:
        """Insert a final line, ordered by the time at which it began."""
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
        if len(self.lines) == MAX_LINES:  # a full deque refuses to insert
            self.lines.popleft()
            at = max(at - 1, 0)
        self.lines.insert(at, line)

    def _drop_partial(self, source: str, utterance: int) -> None:
        line = self.partials.get(source)
        if line and line.utterance <= utterance:
            del self.partials[source]

    def _apply_exchange(self, logged: m.Logged) -> None:
        event = logged.event
        if isinstance(event, m.QuestionDetected):
            self.exchanges.append(
                Exchange(event.question, event.source, event.text, logged.logged_ns, event.previous)
            )
            return
        for exchange in self.exchanges:
            exchange.apply(logged)

    def _apply_stage(self, event: m.Event) -> None:
        match event:
            case m.StageStarted(stage=stage, restarts=restarts):
                self.stages[stage] = StageState(restarts=restarts)
            case m.StageReady(stage=stage, detail=detail, sandbox=sandbox):
                state = self.stages.setdefault(stage, StageState())
                state.state, state.detail, state.sandbox = "ready", detail, sandbox
            case m.StageDied(stage=stage, cause=cause):
                state = self.stages.setdefault(stage, StageState())
                state.state, state.detail = "died", cause
                kind, _, source = stage.partition(":")
                if kind in ("capture", "vad"):
                    self._clear_source(source)
            case m.StageGivenUp(stage=stage, cause=cause, fix=fix):
                state = self.stages.setdefault(stage, StageState())
                state.state, state.detail = "given up", f"{cause}; {fix}"
                self._add_problem(strings.given_up(stage, cause, fix))
            case m.ProblemReported(stage=stage, problem=problem, kept=kept, fix=fix):
                self._add_problem("; ".join(filter(None, (f"{stage}: {problem}", kept, fix))))
            case _:
                pass

    def _clear_source(self, source: str) -> None:
        """Show no speech and no level for a source that is not captured."""
        self.speaking.discard(source)
        self.levels_dbfs.pop(source, None)

    def _add_problem(self, text: str) -> None:
        text = text if len(text) <= PROBLEM_CHARACTERS else f"{text[:PROBLEM_CHARACTERS]}…"
        if text in self.problems:
            self.problems.remove(text)
        self.problems.append(text)
