"""Events of the summary of a session, which is made only on request."""

from __future__ import annotations

from typing import Literal

import msgspec

from bus.messages.message import Message

Template = Literal["meeting", "interview", "lecture", "call"]


class SummaryRequested(Message, frozen=True, kw_only=True):
    """The user asked for a summary of the transcript so far."""

    template: Template = "meeting"
    """What was recorded: a meeting, a practised or real interview, a lecture, a call with a customer."""
    by: str
    """The command or the window that received the request."""


class SummaryStarted(Message, frozen=True, kw_only=True):
    """A summary is being made; a request that would leave the machine is held (`RequestHeld`)."""

    question: int
    """Number of its requests, among the numbers of questions."""
    template: Template
    host: str
    """Host and port."""
    model: str
    leaves_machine: bool
    parts: int
    """Number of requests; a long transcript is cut to fit the model's context."""
    lines: int
    words: int


class SummaryEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a summary, with the words that it rests on."""

    text: str
    quote: str
    """Words of the transcript, which were found there."""
    source: str
    utterance: int
    """The utterance that has them."""
    start_sample: int
    """Where that utterance begins."""
    who: str = ""
    """Of an action: who takes it on."""
    when: str = ""
    """Of an action: until when, in words of the quoted utterance."""


class SummaryFinished(Message, frozen=True, kw_only=True):
    """The summary is complete."""

    question: int
    template: Template
    host: str
    model: str
    topics: list[SummaryEntry]
    decisions: list[SummaryEntry]
    open_questions: list[SummaryEntry]
    actions: list[SummaryEntry]
    dropped: int
    """Entries that the model wrote and that were left out, because the transcript does not bear them out."""


class SummaryStopped(Message, frozen=True, kw_only=True):
    """There is no summary: it was not allowed, or failed."""

    question: int
    """0 if nothing was begun."""
    cause: str
    fix: str = ""
