"""Commands from the conversation to the answer session."""

from __future__ import annotations

from dataclasses import dataclass

from llm.prompt import Prompt

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


Command = CancelAnswer | StartAnswer | RevealAnswer | DiscardAnswer
