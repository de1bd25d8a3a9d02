"""Plain view for pipes and logs: a labelled line for each event.

A written line cannot be taken back, so a turn waits until it will not be continued.
"""

from __future__ import annotations

import sys
import time
from io import TextIOWrapper
from types import TracebackType
from typing import Self

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.state.captions import MAX_LINES
from overlay.state.transcript import Outcome, Transcript
from overlay.strings import NO_PROVIDER, NOT_UNDERSTOOD, PRICE_UNKNOWN, money
from session.view.practice_lines import practice_lines
from session.view.printable import printable
from session.view.printed_turns import PrintedTurns
from session.view.view import View

_LABEL_WIDTH = 9
_PASSAGE_CHARACTERS = 160


class PlainLines(View):
    """Writes readable lines to standard output."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, TextIOWrapper):  # characters that the terminal lacks become "?"
            sys.stdout.reconfigure(errors="replace")
        self._answers: dict[int, str] = {}
        self._transcript = Transcript(MAX_LINES)
        self._printed = PrintedTurns()
        self._names: dict[str, str] = {}

    def apply(self, logged: m.Logged) -> None:
        """Write the lines of an event, if it has any; a question comes after the turn that it belongs to."""
        self._transcript.apply(logged)
        if isinstance(logged.event, m.SessionStarted):
            self._names = logged.event.names
        lines = practice_lines(logged.event)
        if lines or isinstance(logged.event, m.QuestionDetected):
            self._write_turns(self._transcript.outcomes(ended=True))
        self._write(lines or self._lines(logged.event))

    def refresh(self) -> None:
        """Write the turns that will not be continued, and flush standard output."""
        self._write_turns(self._transcript.settled(time.monotonic_ns()))
        sys.stdout.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write_turns(self._transcript.outcomes(ended=True))
        sys.stdout.flush()

    def _write(self, lines: list[tuple[str, str]]) -> None:
        for label, text in lines:
            print(f"{label:<{_LABEL_WIDTH}} {printable(text)}")

    def _write_turns(self, outcomes: list[Outcome]) -> None:
        for outcome in self._printed.take_new(outcomes):
            self._write([(self._names.get(label, label), text) for label, text in _turn(outcome)])

    def _lines(self, event: m.Event) -> list[tuple[str, str]]:
        match event:
            case m.StageReady(stage=stage, detail=detail, sandbox=sandbox):
                return [("ready", ", ".join(part for part in (stage, detail, sandbox) if part))]
            case m.CaptureStarted(source=source, device=device):
                return [("capturing", f"{source}: {device}")]
            case m.QuestionDetected(text=text, kind=kind):
                return [("feedback" if kind == "feedback" else "question", text)]
            case m.PassagesRetrieved(passages=passages, prepared=prepared):
                own = [("prepared", prepared.text)] if prepared else []
                return own + [("notes", _passage(passage)) for passage in passages]
            case m.ProviderReady():
                return [("provider", _provider(event))]
            case m.RequestHeld(host=host, body_bytes=size, body=body):
                return [("held", f"{size} bytes for {host} wait, approve with `cuecard ledger`: {body}")]
            case m.UsageCounted():
                return [("used", _usage(event))]
            case m.RequestSent(host=host, body_bytes=size, left_machine=left, encrypted=encrypted):
                where = "" if left and encrypted else ", unencrypted" if left else ", which is this machine"
                return [("sent", f"{size} bytes to {host}{where}")]
            case m.AnswerStreamed(question=question, delta=delta, replaces=replaces):
                return self._answer(question, delta, replaces=replaces)
            case m.AnswerFinished(question=question):
                return self._rest(question)
            case m.AnswerStopped(question=question, cause=cause, fix=fix):
                reason = "; ".join(filter(None, (cause, fix)))
                return [*self._rest(question), *([("answer", f"({reason})")] if reason else [])]
            case _:
                return _problem(event)

    def _answer(self, question: int, delta: str, *, replaces: bool) -> list[tuple[str, str]]:
        """Return the lines of an answer that are complete."""
        before = "" if replaces else self._answers.get(question, "")
        *complete, rest = (before + delta).split("\n")
        self._answers[question] = rest
        thoughts = [("answer", "(the text above was the model's reasoning)")] if replaces else []
        return thoughts + [("answer", line) for line in complete if line.strip()]

    def _rest(self, question: int) -> list[tuple[str, str]]:
        rest = self._answers.pop(question, "")
        return [("answer", rest)] if rest.strip() else []


def _turn(outcome: Outcome) -> list[tuple[str, str]]:
    match outcome:
        case m.FinalTranscribed(source=source, text=text) as final:
            words = " ".join(filter(None, (final.mark, text)))
        case m.UtteranceDiscarded(source=source, held_speech=True):
            words = NOT_UNDERSTOOD
        case _:
            return []
    return [(source, f"{_clock(outcome.start_sample)}  {words}")]


def _provider(event: m.ProviderReady) -> str:
    if event.provider == "none":
        return NO_PROVIDER
    where = "" if event.leaves_machine else ", which is this machine"
    return f"{event.provider}, {event.model} at {event.host}{where}"


def _usage(event: m.UsageCounted) -> str:
    cost = PRICE_UNKNOWN if event.cost is None else money(event.cost)
    about, wasted = "about " if event.estimated else "", ", wasted" if event.wasted else ""
    return f"{about}{event.prompt_tokens} + {event.answer_tokens} tokens, {cost}{wasted}"


def _problem(event: m.Event) -> list[tuple[str, str]]:
    match event:
        case m.ProblemReported(stage=stage, problem=problem, kept=kept, fix=fix):
            return [("problem", "; ".join(part for part in (f"{stage}: {problem}", kept, fix) if part))]
        case m.StageDied(stage=stage, cause=cause):
            return [("died", f"{stage}: {cause}")]
        case m.StageGivenUp(stage=stage, cause=cause, fix=fix):
            return [("given up", f"{stage}: {cause}; {fix}")]
        case m.AudioLost(source=source, start_sample=start, stop_sample=stop, cause=cause):
            return [("lost", f"{source}: {(stop - start) / SAMPLE_RATE:.2f} s of audio ({cause})")]
        case m.UtteranceLost(source=source, cause=cause, start_sample=start_sample):
            return [("lost", f"{source}: an utterance at {_clock(start_sample)} ({cause})")]
        case m.SessionEnding(cause=cause):
            return [("ending", cause)]
        case _:
            return []


def _passage(passage: m.Passage) -> str:
    text = " ".join(passage.text.split())
    cut = text if len(text) <= _PASSAGE_CHARACTERS else f"{text[:_PASSAGE_CHARACTERS]}…"
    return f"{passage.file}, {passage.heading}: {cut}"


def _clock(sample: int) -> str:
    return f"{sample // SAMPLE_RATE // 60}:{sample // SAMPLE_RATE % 60:02}"
