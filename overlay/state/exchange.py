"""A question, what the notes have to say to it, and the answer: a fold over its events. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bus import messages as m

ANSWER_CHARACTERS = 20_000
"""An answer is shown up to this length; no useful answer is longer."""


@dataclass
class Exchange:
    """A question and all that came of it."""

    question: int
    source: str
    text: str
    asked_ns: int
    previous: str = ""
    """The question that a follow-up leans on."""
    passages: list[m.Passage] = field(default_factory=list)
    prepared: m.PreparedAnswer | None = None
    """The user's own answer, when their notes foresaw the question."""
    searched: bool = False
    """The notes were looked through."""
    held: m.RequestHeld | None = None
    """A request that waits for the user to let it go."""
    answer: str = ""
    state: Literal["waiting", "held", "streaming", "finished", "stopped"] = "waiting"
    remark: str = ""
    """Why it stopped and what to do, or which model answered."""
    first_token_s: float | None = None

    @property
    def general(self) -> bool:
        """Whether nothing in the notes fits: what is answered is general knowledge."""
        judged = self.source == "practice"  # feedback is given on the question alone, then
        return self.searched and not self.passages and self.prepared is None and not judged

    def apply(self, event: m.Event, logged_ns: int) -> None:
        """Take in an event of this question."""
        match event:
            case m.PassagesRetrieved(passages=passages, prepared=prepared):
                self.passages, self.prepared, self.searched = passages, prepared, True
            case m.RequestHeld():
                self.held, self.state = event, "held"
            case m.RequestSent() if self.state == "held":
                self.held, self.state = None, "waiting"
            case m.AnswerStreamed(delta=added, replaces=replaces):
                if self.first_token_s is None:
                    self.first_token_s = (logged_ns - self.asked_ns) / 1e9
                self.answer = (("" if replaces else self.answer) + added)[:ANSWER_CHARACTERS]
                self.state = "streaming"
            case m.AnswerFinished(text=text, model=model):
                self.answer, self.state, self.remark = text[:ANSWER_CHARACTERS], "finished", model
            case m.AnswerStopped(cause=cause, kept=kept, fix=fix):
                self.answer, self.state, self.held = kept[:ANSWER_CHARACTERS], "stopped", None
                self.remark = "; ".join(filter(None, (cause, fix)))
            case _:
                pass
