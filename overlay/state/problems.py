"""Tracks the problems that the user should know now, from the event log.

Pure. A problem leaves when the events show that it is over, or after a while if nothing can show that.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.state.levels import Levels
from overlay.texts import receipt, sentences

MAX_PROBLEMS = 4
PROBLEM_CHARACTERS = 400
_SECOND_NS = 1_000_000_000
_LOSS_IS_SHOWN_S = 20
_REPORT_IS_SHOWN_S = 120
_RECEIPT_IS_SHOWN_S = 30


@dataclass(frozen=True)
class Problem:
    """A problem in words: what happened, what was kept, what to do."""

    key: str
    """Of several problems with one key, the newest is shown."""
    text: str
    is_grave: bool = False
    """The session does not do its work until this is solved."""
    until_ns: int | None = None
    """Monotonic time at which it is no longer worth showing; None for as long as it lasts."""


@dataclass
class Problems:
    """The problems of a session."""

    levels: Levels = field(default_factory=Levels)
    _open: dict[str, Problem] = field(default_factory=dict)
    _now_ns: int = 0
    """Time of the newest event."""
    _answer_failed: str = ""
    """Why the newest answer stopped, which the answer's card shows."""

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        self._now_ns = max(self._now_ns, logged.logged_ns)
        self.levels.apply(logged.event)
        self._apply_stage(logged.event)
        self._apply_loss(logged)
        self._apply_report(logged)

    def current(self, names: dict[str, str] | None = None) -> list[Problem]:
        """Return the problems to show now: the gravest first, then the newest.

        Args:
            names: Display names of the sources.
        """
        alarms = [
            Problem(f"level:{source}", sentences.alarm(alarm, (names or {}).get(source, source)))
            for source, alarm in self.levels.alarms().items()
        ]
        now_ns = self._now_ns
        lasting = [each for each in self._open.values() if each.until_ns is None or each.until_ns > now_ns]
        newest_first = [*reversed(alarms), *reversed(lasting)]
        return sorted(newest_first, key=lambda each: not each.is_grave)[:MAX_PROBLEMS]

    def _apply_stage(self, event: m.Event) -> None:
        match event:
            case m.StageDied(stage=stage):
                self._add(f"stage:{stage}", sentences.stage_restarts(stage))
            case m.StageGivenUp(stage=stage, cause=cause, fix=fix):
                self._add(f"stage:{stage}", sentences.given_up(stage, cause, fix), is_grave=True)
            case m.StageReady(stage=stage):
                self._open.pop(f"stage:{stage}", None)
                self._remove(f"report:{stage}:")
            case m.CaptureStarted(source=source):
                self._remove(f"report:capture:{source}:")
            case m.AnswerStreamed() | m.AnswerFinished() | m.ProviderReady():
                self._answer_failed = ""
                self._remove("report:llm:")
            case m.AnswerStopped(cause=cause):
                self._answer_failed = cause
                self._open = {key: each for key, each in self._open.items() if not _says(each, cause)}
            case _:
                pass

    def _apply_loss(self, logged: m.Logged) -> None:
        until_ns = logged.logged_ns + _LOSS_IS_SHOWN_S * _SECOND_NS
        match logged.event:
            case m.UtteranceLost(source=source, cause=cause):
                self._add(f"lost:{source}", sentences.lost_utterance(source, cause), until_ns=until_ns)
            case m.AudioLost(source=source, start_sample=start, stop_sample=stop, cause=cause):
                text = sentences.lost_audio(source, (stop - start) / SAMPLE_RATE, cause)
                self._add(f"audio:{source}", text, until_ns=until_ns)
            case m.LogRedacted() as redaction:
                until_ns = logged.logged_ns + _RECEIPT_IS_SHOWN_S * _SECOND_NS
                self._add("redacted", receipt.redacted(redaction), until_ns=until_ns)
            case _:
                pass

    def _apply_report(self, logged: m.Logged) -> None:
        event = logged.event
        if not isinstance(event, m.ProblemReported):
            return
        key = f"report:{event.stage}:{event.topic or event.problem}"
        if event.is_over:
            self._open.pop(key, None)
            return
        if event.stage == "llm" and self._answer_failed == event.problem:
            return
        until_ns = None if event.topic else logged.logged_ns + _REPORT_IS_SHOWN_S * _SECOND_NS
        self._add(key, sentences.sentences(event.problem, event.kept, event.fix), until_ns=until_ns)

    def _add(self, key: str, text: str, *, is_grave: bool = False, until_ns: int | None = None) -> None:
        text = text if len(text) <= PROBLEM_CHARACTERS else f"{text[:PROBLEM_CHARACTERS]}…"
        self._open.pop(key, None)
        self._open[key] = Problem(key, text, is_grave, until_ns)

    def _remove(self, prefix: str) -> None:
        self._open = {key: each for key, each in self._open.items() if not key.startswith(prefix)}


def _says(problem: Problem, cause: str) -> bool:
    return problem.key.startswith("report:llm:") and problem.text.startswith(sentences.sentences(cause))
