"""Commands from the conversation to the answer session."""

from __future__ import annotations

from dataclasses import dataclass

from bus.messages.summary import Template
from llm.prompt import Prompt, TranscriptLine

NEWER_QUESTION = "a newer question"
"""Cause with which an answer stops when another is started."""

CANCELLED = "cancelled"
"""Cause with which an answer stops when the user cancels it."""


@dataclass(frozen=True)
class StartAnswer:
    """Answer this prompt instead of the current one."""

    question: int
    prompt: Prompt
    early: bool = False
    """The question may still change: publish nothing and stop nothing until a `RevealAnswer`."""


@dataclass(frozen=True)
class RevealAnswer:
    """The question of an early answer is final: publish the answer."""

    question: int


@dataclass(frozen=True)
class DiscardAnswer:
    """The question of an early answer changed: discard the answer."""

    question: int


@dataclass(frozen=True)
class CancelAnswer:
    """Stop the current answer; what came of it stays."""


@dataclass(frozen=True)
class StartSummary:
    """Summarize these lines, beside the answers."""

    question: int
    """Number of its requests."""
    template: Template
    lines: tuple[TranscriptLine, ...]


Command = CancelAnswer | StartAnswer | StartSummary | RevealAnswer | DiscardAnswer
