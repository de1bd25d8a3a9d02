"""An exchange: a question, the passages found for it, and its answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bus import messages as m

ANSWER_CHARACTERS = 20_000
"""Longest answer that is shown."""


@dataclass
class Exchange:
    """One question with everything that belongs to it."""

    question: int
    source: str
    utterance: int
    """The last one that contains it."""
    text: str
    asked_ns: int
    previous: str = ""
    """The question that a follow-up refers to."""
    passages: list[m.Passage] = field(default_factory=list)
    prepared: m.PreparedAnswer | None = None
    """The user's own answer, when their notes hold one to this question."""
    searched: bool = False
    """Whether the notes were searched."""
    held: m.RequestHeld | None = None
    """A request that waits for the user's approval."""
    answer: str = ""
    state: Literal["waiting", "held", "streaming", "finished", "stopped"] = "waiting"
    remark: str = ""
    """Why it stopped, or which model answered."""
    fix: str = ""
    """What to do about a stop."""
    first_token_s: float | None = None

    @property
    def general(self) -> bool:
        """Whether nothing in the notes fits, so that the answer is general knowledge."""
        is_feedback = self.source == "practice"  # given on the question alone
        return self.searched and not self.passages and self.prepared is None and not is_feedback

    def apply(self, logged: m.Logged) -> None:
        """Apply one event; those of other questions change nothing."""
        if getattr(logged.event, "question", None) != self.question:
            return
        match logged.event:
            case m.PassagesRetrieved(passages=passages, prepared=prepared):
                self.passages, self.prepared, self.searched = passages, prepared, True
            case m.RequestHeld() as held:
                self.held, self.state = held, "held"
            case m.RequestSent() if self.state == "held":
                self.held, self.state = None, "waiting"
            case m.AnswerStreamed(delta=delta, replaces=replaces):
                if self.first_token_s is None:
                    self.first_token_s = (logged.logged_ns - self.asked_ns) / 1e9
                self.answer = (("" if replaces else self.answer) + delta)[:ANSWER_CHARACTERS]
                self.state = "streaming"
            case m.AnswerFinished(text=text, model=model):
                self.answer, self.state, self.remark = text[:ANSWER_CHARACTERS], "finished", model
            case m.AnswerStopped(cause=cause, kept=kept, fix=fix):
                self.answer, self.state, self.held = kept[:ANSWER_CHARACTERS], "stopped", None
                self.remark, self.fix = cause, fix
            case _:
                pass
