"""Events by which the user controls a running session, and what the window reports back."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bus.messages.message import Message

TYPED = "typed"
"""Source of the questions that the user typed."""

MOST_TYPED = 2_000
"""Most characters of such a question."""

MARKED = "marked"
"""Source of the marks, in transcripts."""

MOST_MARKED = 200
"""Most characters of a mark."""

STRUCK_S = 60.0
"""Seconds that are struck unless the user says how many."""

MOST_STRUCK_S = 3_600


class CancelRequested(Message, frozen=True, kw_only=True):
    """The user cancelled the answer under way."""

    by: str
    """The stage or command that received the request."""


class VariantRequested(Message, frozen=True, kw_only=True):
    """The user asked for another answer to a question: again, shorter or longer."""

    question: int = 0
    """Number of the question; 0 for the newest."""
    variant: Literal["again", "shorter", "longer"]
    by: str
    """The stage or command that received the request."""


class QuestionTyped(Message, frozen=True, kw_only=True):
    """The user typed a question, which is answered like a spoken one."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_TYPED)]
    by: str
    """The command that received the request."""


class EndRequested(Message, frozen=True, kw_only=True):
    """The user ended the session."""

    by: str
    """The stage or command that received the request."""


class PauseRequested(Message, frozen=True, kw_only=True):
    """The user paused capture, or resumed it."""

    source: str = ""
    """The source; empty for all."""
    paused: bool
    by: str
    """The stage or command that received the request."""


class MomentMarked(Message, frozen=True, kw_only=True):
    """The user marked this moment, to find it again in the transcript."""

    text: Annotated[str, msgspec.Meta(max_length=MOST_MARKED)] = ""
    """What the user wrote about it."""
    by: str
    """The stage or command that received the request."""


class RedactionRequested(Message, frozen=True, kw_only=True):
    """The user struck what was said last; `LogRedacted` follows."""

    last_s: Annotated[float, msgspec.Meta(gt=0, le=MOST_STRUCK_S)] = STRUCK_S
    """How many seconds before this event."""
    by: str
    """The stage or command that received the request."""


class WindowRequested(Message, frozen=True, kw_only=True):
    """The user asked for the window with a command, such as a desktop shortcut."""

    action: Literal["show", "hide", "toggle", "next_monitor"]
    by: str
    """The stage or command that received the request."""


class AnswerPainted(Message, frozen=True, kw_only=True):
    """The first text of an answer was drawn on the screen."""

    question: int
    painted_ns: int


class WindowPlaced(Message, frozen=True, kw_only=True):
    """The user moved or resized the window, or changed its look; remembered for the next session."""

    monitor: Annotated[str, msgspec.Meta(max_length=40, pattern=r"\A[\w.-]+\Z")]
    x: int
    """Left edge, in the monitor's coordinates."""
    y: int
    """Upper edge, in the monitor's coordinates."""
    width: int
    height: int
    """With a question."""
    opacity_percent: int
    font_px: int
