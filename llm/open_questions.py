"""States of the questions whose answer has not ended."""

from __future__ import annotations

from dataclasses import dataclass

from bus.messages import PassagesRetrieved
from llm.questions.tracker import DetectedQuestion


@dataclass
class OpenQuestion:
    """A question whose answer has not ended."""

    number: int
    question: DetectedQuestion
    shown: str = ""
    """The text of its answer so far."""
    requested: bool = True
    cancelled: bool = False


@dataclass(frozen=True)
class PendingQuestion:
    """A question of the history that was not published."""

    question: DetectedQuestion
    requested: bool
    """Whether its answer is to be requested."""


@dataclass(frozen=True)
class EarlyQuestion:
    """A question whose answer was started at a pause."""

    number: int
    question: DetectedQuestion
    found: PassagesRetrieved
