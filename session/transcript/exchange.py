"""Collects one question with its passages and its answer. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from bus.messages import (
    AnswerFinished,
    AnswerStopped,
    AnswerStreamed,
    Logged,
    PassagesRetrieved,
    QuestionDetected,
)
from session.transcript import saved_session as saved
from session.view.printable import printable

Struct = TypeVar("Struct", bound=msgspec.Struct)


@dataclass
class Exchange:
    """One question and what belongs to it."""

    event: QuestionDetected
    asked_ns: int
    passages: list[saved.Passage] = field(default_factory=list)
    answer: str = ""
    model: str = ""
    complete: bool = False
    stopped: str = ""
    first_token_s: float | None = None

    def apply(self, logged: Logged) -> None:
        """Apply one event of this question."""
        match logged.event:
            case PassagesRetrieved() as found:
                self.passages = [*_passages(found)]
            case AnswerStreamed(delta=delta, replaces=replaces):
                if self.first_token_s is None:
                    self.first_token_s = milliseconds((logged.logged_ns - self.asked_ns) / 1e9)
                self.answer = ("" if replaces else self.answer) + printable(delta)
            case AnswerFinished(text=text, model=model):
                self.answer, self.model, self.complete = printable(text), printable(model), True
            case AnswerStopped(kept=kept, cause=cause):
                self.answer, self.stopped = printable(kept), printable(cause)
            case _:
                pass

    def question(self, at_s: float) -> saved.Question:
        """Return it as it is saved; `at_s` is the end of the turn that asks it."""
        return saved.Question(
            number=self.event.question,
            source=self.event.source,
            kind=self.event.kind,
            at_s=at_s,
            text=self.event.text,
            passages=self.passages,
            answer=self.answer,
            model=self.model,
            complete=self.complete,
            stopped=self.stopped,
            first_token_s=self.first_token_s,
        )


def _passages(found: PassagesRetrieved) -> Iterator[saved.Passage]:
    own = found.prepared
    rows = [(own.file, own.question, own.text)] if own else []
    for row in (*rows, *((each.file, each.heading, each.text) for each in found.passages)):
        file, heading, text = map(printable, row)
        yield saved.Passage(file=file, heading=heading, text=text)


def milliseconds(seconds: float) -> float:
    """Return a time to the millisecond, as files have it."""
    return round(seconds, 3)


def printable_struct(value: Struct) -> Struct:
    """Return a struct whose texts, in lists too, have no control characters."""
    changed: dict[str, Any] = {}
    for name in value.__struct_fields__:
        field_value = getattr(value, name)
        if isinstance(field_value, str):
            changed[name] = printable(field_value)
        elif isinstance(field_value, list):
            changed[name] = [printable(each) if isinstance(each, str) else each for each in field_value]
    return msgspec.structs.replace(value, **changed)
