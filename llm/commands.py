"""What the fold over the log asks of whoever talks to the provider."""

from __future__ import annotations

from dataclasses import dataclass

from llm.prompt import Prompt


@dataclass(frozen=True)
class StartAnswer:
    """A question to be answered, or an answer to be looked at, in the place of the one under way."""

    question: int
    request: Prompt
    early: bool = False
    """The words may still change: nothing of the answer is shown, and nothing else is stopped for it, until
    a `Release` comes."""


@dataclass(frozen=True)
class RevealAnswer:
    """The words of an early order stand: its answer is shown."""

    question: int


@dataclass(frozen=True)
class DiscardAnswer:
    """The words of an early order changed: its answer is thrown away."""

    question: int


Step = StartAnswer | RevealAnswer | DiscardAnswer
