"""Tracks a practice from the event log: its questions, turns and measures. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from bus import messages as m
from bus.log.redaction import without_words
from overlay.texts import sentences, strings

Entry = m.PracticeQuestionAsked | m.PracticeAnswerMeasured | m.PracticeEnded
"""An event that is shown as it is and does not change any more."""


@dataclass
class Practice:
    """State of a practice, as the views show it."""

    question: m.PracticeQuestionAsked | None = None
    """The newest question."""
    listening: bool = False
    """Whether speech counts as the answer."""
    measured: list[m.PracticeAnswerMeasured] = field(default_factory=list)
    ended: m.PracticeEnded | None = None
    entries: list[Entry] = field(default_factory=list)
    """All questions and measured answers, in order."""

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        event = logged.event
        if isinstance(event, Entry):
            self.entries.append(event)
        match event:
            case m.PracticeQuestionAsked():
                self.question, self.listening = event, False
            case m.TurnStarted():
                self.listening = True
            case m.PracticeAnswerMeasured():
                self.listening = False
                self.measured.append(event)
            case m.PracticeEnded():
                self.ended, self.listening = event, False
            case m.LogRedacted() as redaction:
                self.entries = [without_words(redaction, entry) for entry in self.entries]
                self.measured = [without_words(redaction, each) for each in self.measured]
                self.ended = self.ended and without_words(redaction, self.ended)
            case _:
                pass

    @property
    def heading(self) -> str:
        """The question with its number, or that the practice is over; empty before the first question."""
        if self.ended is not None:
            return strings.PRACTICE_OVER
        question = self.question
        return sentences.numbered(question.number, question.of, question.text) if question else ""

    @property
    def state(self) -> str:
        """Text on the current step, and on what the user can do."""
        if self.ended is not None or self.question is None:
            return ""
        if self.listening:
            return strings.YOUR_TURN
        if any(answer.number == self.question.number for answer in self.measured):
            return strings.NEXT_QUESTION_SOON
        return strings.LISTEN

    @property
    def action_label(self) -> str:
        """Label of the key or button."""
        return strings.END_ANSWER if self.listening else strings.CONTINUE

    @property
    def sections(self) -> list[tuple[str, list[str]]]:
        """Titles and remarks: on the newest answer, at the end also on all of them, with caveats."""
        newest = [(sentences.answer_to(each.number), each.remarks) for each in self.measured[-1:]]
        if self.ended is None:
            return newest
        return [
            (strings.ALL_ANSWERS, self.ended.remarks),
            *newest,
            (strings.CAVEATS, self.ended.caveats),
        ]
