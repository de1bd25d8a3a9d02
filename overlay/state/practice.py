"""A practice as it is to be seen: a fold over its events. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from bus import messages as m

Entry = m.PracticeQuestionAsked | m.PracticeAnswerMeasured | m.PracticeEnded
"""What will not change any more."""


@dataclass
class Practice:
    """What was asked, whose turn it is, and what was measured."""

    asked: m.PracticeQuestionAsked | None = None
    """The newest question."""
    listening: bool = False
    """Whether what is said now is the answer."""
    measured: list[m.PracticeAnswerMeasured] = field(default_factory=list)
    ended: m.PracticeEnded | None = None
    entries: list[Entry] = field(default_factory=list)
    """All that was asked and measured, in order."""

    def apply(self, event: m.Event) -> None:
        """Take in one event."""
        if isinstance(event, Entry):
            self.entries.append(event)
        match event:
            case m.PracticeQuestionAsked():
                self.asked, self.listening = event, False
            case m.TurnStarted():
                self.listening = True
            case m.PracticeAnswerMeasured():
                self.listening = False
                self.measured.append(event)
            case m.PracticeEnded():
                self.ended, self.listening = event, False
            case _:
                pass

    @property
    def heading(self) -> str:
        """The question with its number, or that the practice is over; empty before anything is asked."""
        if self.ended is not None:
            return "The practice is over"
        return f"{self.asked.number} of {self.asked.of}: {self.asked.text}" if self.asked else ""

    @property
    def state(self) -> str:
        """What the program does now, and what the user may do."""
        if self.ended is not None or self.asked is None:
            return ""
        if self.listening:
            return "your turn; a few seconds of quiet end your answer"
        if any(answer.number == self.asked.number for answer in self.measured):
            return "the next question comes in a moment"
        return "listen"

    @property
    def action_label(self) -> str:
        """What a press of the key or the button means now."""
        return "My answer is over" if self.listening else "Go on"

    @property
    def sections(self) -> list[tuple[str, list[str]]]:
        """What the newest answer came to, or all of them together, with what that cannot judge."""
        newest = [(f"Your answer to question {each.number}", each.remarks) for each in self.measured[-1:]]
        if self.ended is None:
            return newest
        return [
            ("All answers", self.ended.remarks),
            *newest,
            ("What this can and cannot judge", self.ended.caveats),
        ]
