"""Plain view for pipes and logs: paragraphs of speech, labelled lines for events.

A written word cannot be taken back, so a turn waits until it will not be continued. What its speaker says
next is written behind it, on the same line.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from io import TextIOWrapper
from types import TracebackType
from typing import Self

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.state.captions import MAX_LINES
from overlay.state.transcript import Outcome, Transcript
from overlay.texts import receipt, sentences
from overlay.texts import strings as shared
from overlay.texts.translation import clock
from session.view import strings
from session.view.event_lines import (
    detail_lines,
    passage_line,
    problem_lines,
    sent_request,
    summary_lines,
    words_of,
)
from session.view.practice_lines import practice_lines
from session.view.printable import printable
from session.view.printed_turns import PrintedTurns
from session.view.view import View

_LABEL_WIDTH = 9
_PARAGRAPH_CHARACTERS = 400
"""A longer paragraph is not continued."""
_PARAGRAPH_PAUSE_S = 8.0
"""After a longer pause the speaker begins a new paragraph, and readers of whole lines get the last one."""
_VARIANTS = ("again", "shorter", "longer")
_LABELS = ("feedback", *_VARIANTS)
"""Kinds of questions that are written with a label of their own."""


class PlainLines(View):
    """Writes readable lines to standard output.

    Args:
        verbose: Write also what each process does, and every request.
    """

    def __init__(self, *, verbose: bool = False) -> None:
        if isinstance(sys.stdout, TextIOWrapper):  # characters that the terminal lacks become "?"
            sys.stdout.reconfigure(errors="replace")
        self._answers: dict[int, str] = {}
        self._questions: dict[int, str] = {}
        self._repeated: set[int] = set()
        """Numbers of the questions whose notes were written with an earlier one."""
        self._transcript = Transcript(MAX_LINES)
        self._printed = PrintedTurns()
        self._summaries: set[int] = set()
        """Numbers of the requests of summaries."""
        self._verbose = verbose
        self._names: dict[str, str] = {}
        self._devices: dict[str, str | None] = {}
        """The device of each source, None until it is captured; empty once they were named."""
        self._died: set[str] = set()
        self._paragraph: _Paragraph | None = None
        """The paragraph whose line is not ended."""

    def apply(self, logged: m.Logged) -> None:
        """Write the lines of an event, if it has any; a question comes after the turn that it belongs to."""
        self._transcript.apply(logged)
        self._name_sources(logged.event)
        lines = practice_lines(logged.event)
        if lines or isinstance(logged.event, m.QuestionDetected):
            self._write_turns(self._transcript.outcomes(ended=True))
        self._write(lines or self._lines(logged.event))

    def refresh(self) -> None:
        """Write the turns that will not be continued, and flush standard output."""
        self._write_turns(self._transcript.settled(time.monotonic_ns()))
        if self._paragraph and time.monotonic() - self._paragraph.written_s > _PARAGRAPH_PAUSE_S:
            self._end_paragraph()
        sys.stdout.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write_turns(self._transcript.outcomes(ended=True))
        self._end_paragraph()
        sys.stdout.flush()

    def _write(self, lines: list[tuple[str, str]]) -> None:
        for label, text in lines:
            self._end_paragraph()
            print(f"{strings.LABELS[label]:<{_LABEL_WIDTH}} {printable(text)}")

    def _write_turns(self, outcomes: list[Outcome]) -> None:
        for outcome in self._printed.take_new(outcomes):
            if words := words_of(outcome):
                self._write_words(outcome, printable(" ".join(words.split())))

    def _write_words(self, outcome: Outcome, words: str) -> None:
        paragraph = self._paragraph
        if paragraph and paragraph.continues(outcome):
            text = f" {words.removeprefix('… ')}"
        else:
            self._end_paragraph()
            label = printable(self._names.get(outcome.source, outcome.source))
            text = f"{label:<{_LABEL_WIDTH}} {clock(outcome.start_sample / SAMPLE_RATE)}  {words}"
            paragraph = _Paragraph(outcome.source)
        print(text, end="")
        self._paragraph = paragraph.with_turn(outcome, len(text))

    def _end_paragraph(self) -> None:
        if self._paragraph is not None:
            print()
        self._paragraph = None

    def _name_sources(self, event: m.Event) -> None:
        """Write once to what is listened, as soon as every source is captured."""
        match event:
            case m.SessionStarted(sources=sources, names=names):
                self._names, self._devices = names, dict.fromkeys(sources)
            case m.CaptureStarted(source=source, device=device) if source in self._devices:
                self._devices[source] = device
                if None not in self._devices.values():
                    self._write_listening()
            case _:
                pass

    def _write_listening(self) -> None:
        sources = [
            strings.SOURCE.format(name=self._names.get(source, source), device=device)
            for source, device in self._devices.items()
        ]
        self._end_paragraph()
        print(printable(strings.LISTENING.format(sources=strings.listed(sources))))
        self._devices = {}

    def _lines(self, event: m.Event) -> list[tuple[str, str]]:
        match event:
            case m.QuestionDetected():
                return self._question(event)
            case m.PassagesRetrieved(question=question) if question in self._repeated:
                return []
            case m.PassagesRetrieved(passages=passages, prepared=prepared):
                own = [("prepared", prepared.text)] if prepared else []
                return own + [("notes", passage_line(passage)) for passage in passages]
            case m.LevelAlarmed(source=source, alarm=alarm):
                name = self._names.get(source, source)
                return [("level", sentences.level_line(alarm, name))]
            case m.RecordingStarted():
                return [("recorded", strings.RECORDED)]
            case m.CapturePaused(source=source):
                return [("paused", strings.PAUSED.format(name=self._names.get(source, source)))]
            case m.CaptureResumed(source=source):
                return [("resumed", strings.RESUMED.format(name=self._names.get(source, source)))]
            case m.MomentMarked(text=text):
                return [("marked", text or shared.NO_TEXT)]
            case m.LogRedacted() as redaction:
                self._forget(redaction)
                return [("struck", receipt.redacted(redaction))]
            case m.RequestHeld(host=host, body_bytes=size, question=question) if question in self._summaries:
                return [("held", strings.HELD_TRANSCRIPT.format(bytes=size, host=host))]
            case m.SummaryStarted(question=question):
                self._summaries.add(question)
                return summary_lines(event)
            case m.RequestHeld(host=host, body_bytes=size, body=body):
                return [("held", strings.HELD_LINE.format(bytes=size, host=host, body=body))]
            case m.RequestSent() if event.left_machine or self._verbose:
                return [("sent", sent_request(event))]
            case m.AnswerStreamed(question=question, delta=delta, replaces=replaces):
                return self._answer(question, delta, replaces=replaces)
            case m.AnswerFinished(question=question):
                return self._rest(question)
            case m.AnswerStopped(question=question, cause=cause, fix=fix):
                reason = "; ".join(filter(None, (cause, fix)))
                return [*self._rest(question), *([("answer", f"({reason})")] if reason else [])]
            case _:
                return problem_lines(event) or summary_lines(event) or self._process(event)

    def _forget(self, redaction: m.LogRedacted) -> None:
        for each in redaction.utterances:
            self._printed.forget(each.source, each.utterance)
        for question in redaction.questions:
            self._answers.pop(question, None)
            self._questions.pop(question, None)

    def _question(self, event: m.QuestionDetected) -> list[tuple[str, str]]:
        """Return a question; nothing if it was written already, and now its answer is requested."""
        label = event.kind if event.kind in _LABELS else "question"
        is_written = self._questions.get(event.replaces) == event.text and label == "question"
        self._questions[event.question] = event.text
        if is_written or label in _VARIANTS:
            self._repeated.add(event.question)
        return [] if is_written else [(label, event.text)]

    def _process(self, event: m.Event) -> list[tuple[str, str]]:
        """Return what is written only with --verbose, or when a process works again."""
        match event:
            case m.StageReady(stage=stage, detail=detail, sandbox=sandbox):
                works_again = stage in self._died
                self._died.discard(stage)
                details = (stage, detail, sandbox) if self._verbose else (stage, detail)
                text = ", ".join(filter(None, details))
                return [("ready", text)] if works_again or self._verbose else []
            case m.StageDied(stage=stage, cause=cause):
                self._died.add(stage)
                return [("died", f"{stage}: {cause}")]
            case _ if self._verbose:
                return detail_lines(event)
        return []

    def _answer(self, question: int, delta: str, *, replaces: bool) -> list[tuple[str, str]]:
        """Return the lines of an answer that are complete."""
        before = "" if replaces else self._answers.get(question, "")
        *complete, rest = (before + delta).split("\n")
        self._answers[question] = rest
        thoughts = [("answer", strings.REASONING)] if replaces else []
        return thoughts + [("answer", line) for line in complete if line.strip()]

    def _rest(self, question: int) -> list[tuple[str, str]]:
        rest = self._answers.pop(question, "")
        return [("answer", rest)] if rest.strip() else []


@dataclass(frozen=True)
class _Paragraph:
    """A line that may be continued."""

    source: str
    end_sample: int = 0
    characters: int = 0
    written_s: float = 0.0

    def continues(self, outcome: Outcome) -> bool:
        """Return whether a turn is written behind this paragraph."""
        pause_s = (outcome.start_sample - self.end_sample) / SAMPLE_RATE
        is_near = pause_s < _PARAGRAPH_PAUSE_S and self.characters < _PARAGRAPH_CHARACTERS
        return outcome.source == self.source and is_near

    def with_turn(self, outcome: Outcome, characters: int) -> _Paragraph:
        """Return the paragraph with a turn that was written."""
        return _Paragraph(self.source, outcome.stop_sample, self.characters + characters, time.monotonic())
