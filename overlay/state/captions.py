"""Captions: everything a view shows, computed from the event log.

Pure: no Qt, no terminal, no clock. The window and the terminal view draw the same `Captions`. Events that are
replayed after a reconnect change nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from bus import messages as m
from bus.audio import SAMPLE_RATE
from bus.messages.control import MARKED, TYPED
from overlay.state.egress import Egress
from overlay.state.exchange import Exchange
from overlay.state.levels import Levels
from overlay.state.paragraphs import Line, Paragraph, paragraphs
from overlay.state.practice import Practice
from overlay.state.problems import Problems
from overlay.state.summary import Summary
from overlay.state.transcript import Outcome, Transcript
from overlay.state.waterfall import Waterfalls
from overlay.texts import sentences, strings

MAX_LINES = 200
MAX_EXCHANGES = 20


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
    names: dict[str, str] = field(default_factory=dict)
    """Display names of the sources."""
    devices: dict[str, str] = field(default_factory=dict)
    """The device or file of each source that is captured."""
    is_live: bool = False
    """Whether a device is captured, with the consent of those who are heard."""
    has_notes: bool = False
    notes: list[str] = field(default_factory=list)
    """Names of the files of notes."""
    answer_mode: str = "auto"
    providers: list[str] = field(default_factory=list)
    provider_cards: dict[str, m.ProviderCard] = field(default_factory=dict)
    """Names of the providers that can be chosen."""
    transcript: Transcript = field(default_factory=lambda: Transcript(MAX_LINES))
    speaking: set[str] = field(default_factory=set)
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=MAX_EXCHANGES))
    stages: dict[str, StageState] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    egress: Egress = field(default_factory=Egress)
    """The provider, the requests sent, and their cost."""
    practice: Practice = field(default_factory=Practice)
    summary: Summary = field(default_factory=Summary)
    """The newest summary."""
    waterfalls: Waterfalls = field(default_factory=Waterfalls)
    """Where the time of the newest answers went."""
    is_recorded: bool = False
    """Whether the audio is written to a file."""
    marks: list[Line] = field(default_factory=list)
    """The moments that the user marked."""
    paused: set[str] = field(default_factory=set)
    """Sources whose device is closed at the user's request."""
    final_latency_s: float | None = None
    """Of the newest final: from the detected end of speech to the hub's log."""
    ending: str = ""
    _seq: int = 0

    def apply(self, logged: m.Logged) -> None:
        """Apply one event; an event that was applied before changes nothing."""
        if 0 < logged.seq <= self._seq:
            return
        self._seq = max(self._seq, logged.seq)
        self.practice.apply(logged)
        self.egress.apply(logged)
        self.summary.apply(logged.event)
        self.transcript.apply(logged)
        self.problems.apply(logged)
        self.waterfalls.apply(logged)
        self._apply_session(logged.event)
        self._apply_mark(logged)
        self._apply_speech(logged)
        self._apply_exchange(logged)
        self._apply_stage(logged.event)

    @property
    def lines(self) -> list[Line]:
        """The turns that stand, in the order in which they began."""
        return final_lines(self.transcript)

    @property
    def partials(self) -> list[Line]:
        """The turns in progress."""
        return [
            Line(
                words.source,
                words.utterance,
                words.text,
                None if words.complete else words.stable_words,
                self.transcript.words_start_ns(words),
            )
            for words in self.transcript.in_progress()
        ]

    @property
    def answers_questions(self) -> bool:
        """Whether questions are detected; otherwise there are captions alone."""
        return self.answer_mode != "off" or "llm" in self.stages

    @property
    def can_summarize(self) -> bool:
        """Whether a provider could summarize what was said."""
        provider = self.egress.provider
        return provider is not None and provider.provider != "none" and bool(self.transcript.outcomes())

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The turns of each speaker, merged until another one speaks."""
        return paragraphs([*self.lines, *self.partials, *self.marks])

    @property
    def state(self) -> Literal["", "practice", "live", "recorded", "recording", "paused"]:
        """The kind of session, in a word; empty before it started."""
        if not self.sources:
            return ""
        if {*self.sources} <= self.paused:
            return "paused"
        if self.answer_mode == "feedback":
            return "practice"
        if self.is_recorded:
            return "recorded"
        return "live" if self.is_live else "recording"

    @property
    def levels(self) -> Levels:
        """Levels of the sources."""
        return self.problems.levels

    def name(self, source: str) -> str:
        """Return the display name of a source."""
        return {TYPED: strings.TYPED, MARKED: strings.MARKED}.get(source) or self.names.get(source, source)

    def level_text(self, source: str) -> str:
        """Return the state of a source in words."""
        return sentences.level(
            self.name(source),
            self.levels.rms_dbfs(source),
            self.devices.get(source, ""),
            speaks=source in self.speaking,
            alarm=self.levels.alarms().get(source),
            paused=source in self.paused,
        )

    def source_text(self, source: str) -> str:
        """Return the state of a source in words, without its level."""
        return sentences.source(
            self.name(source),
            self.devices.get(source, ""),
            speaks=source in self.speaking,
            alarm=self.levels.alarms().get(source),
            paused=source in self.paused,
        )

    @property
    def current(self) -> Exchange | None:
        """The newest question."""
        return self.exchanges[-1] if self.exchanges else None

    def _apply_session(self, event: m.Event) -> None:
        match event:
            case m.SessionStarted():
                self.sources, self.answer_mode = list(event.sources), event.answer
                self.names, self.providers = event.names, event.providers
                self.provider_cards = event.provider_cards
            case m.ConsentGiven():
                self.is_live = True
            case m.RecordingStarted():
                self.is_recorded = True
            case m.StageDied(stage="recorder") | m.StageGivenUp(stage="recorder"):
                self.is_recorded = False
            case m.NotesLoaded(files=files, passages=passages):
                self.notes, self.has_notes = files, passages > 0
            case m.CaptureStarted(source=source, device=device):
                self.devices[source] = device
            case m.SessionEnding(cause=cause):
                self.ending = cause
            case m.CapturePaused(source=source):
                self.paused.add(source)
            case m.CaptureResumed(source=source):
                self.paused.discard(source)
            case m.CaptureEnded(source=source):
                self._clear_source(source)
            case m.LogRedacted(questions=questions):
                kept = [each for each in self.exchanges if each.question not in questions]
                self.exchanges = deque(kept, maxlen=MAX_EXCHANGES)
            case _:
                pass

    def _apply_mark(self, logged: m.Logged) -> None:
        match logged.event:
            case m.MomentMarked(text=text):
                mark = Line(MARKED, logged.seq, text or strings.NO_TEXT, None, logged.logged_ns)
                self.marks = [*self.marks, mark][-MAX_LINES:]
            case m.LogRedacted(since_ns=since_ns):
                self.marks = [mark for mark in self.marks if mark.start_ns < since_ns]
            case _:
                pass

    def _apply_speech(self, logged: m.Logged) -> None:
        match logged.event:
            case m.SpeechStarted(source=source) | m.SpeechResumed(source=source):
                self.speaking.add(source)
            case m.SpeechPaused(source=source) | m.SpeechEnded(source=source):
                self.speaking.discard(source)
            case m.FinalTranscribed(unconfirmed=False) as final:
                self._time_final(final, logged.logged_ns)
            case _:
                pass

    def _time_final(self, final: m.FinalTranscribed, logged_ns: int) -> None:
        if zero_ns := self.transcript.first_sample_ns.get(final.source):
            ended_ns = zero_ns + final.quiet_sample * 1_000_000_000 // SAMPLE_RATE
            self.final_latency_s = (logged_ns - ended_ns) / 1e9

    def _apply_exchange(self, logged: m.Logged) -> None:
        event = logged.event
        if isinstance(event, m.QuestionDetected):
            for replaced in [each for each in self.exchanges if each.question == event.replaces]:
                self.exchanges.remove(replaced)
            self.exchanges.append(
                Exchange(
                    event.question,
                    event.source,
                    event.utterance,
                    event.text,
                    logged.logged_ns,
                    event.previous,
                )
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
            case _:
                pass

    def _clear_source(self, source: str) -> None:
        """Show no speech for a source that is not captured."""
        self.speaking.discard(source)
        self.devices.pop(source, None)


def final_lines(transcript: Transcript, outcomes: Iterable[Outcome] | None = None) -> list[Line]:
    """Return the line of each outcome; noise and lost utterances have none.

    Args:
        transcript: The transcript.
        outcomes: Some of its outcomes; None for those that stand.
    """
    lines: list[Line] = []
    for outcome in transcript.outcomes() if outcomes is None else outcomes:
        start_ns = transcript.start_ns(outcome)
        match outcome:
            case m.FinalTranscribed(source=source, utterance=utterance, text=text) as final:
                lines.append(Line(source, utterance, text, 0 if final.mark else None, start_ns))
            case m.UtteranceDiscarded(source=source, utterance=utterance, held_speech=True):
                seconds = outcome.start_sample // SAMPLE_RATE
                text = f"{seconds // 60}:{seconds % 60:02} {strings.NOT_UNDERSTOOD}"
                lines.append(Line(source, utterance, text, 0, start_ns))
    return lines
