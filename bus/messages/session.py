"""Events of the session as a whole."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from bus.messages.message import Message

NOT_VERIFIED = "not verified: see link"
"""Instead of a fact of a card that the provider's pages were not found to say."""


class ProviderCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a hosted provider publishes about the data that it receives, in short sentences."""

    keeps: str
    """What it keeps, and for how long."""
    trains: str
    """Whether it trains models with what it receives."""
    region: str
    """Where requests are processed."""
    no_retention: str
    """How to have nothing kept, and whether our requests say so."""
    link: str
    """The provider's page that says it."""
    checked: datetime.date
    """The date for which the page is known to say it."""


class SessionStarted(Message, frozen=True, kw_only=True):
    """The supervisor started a session."""

    version: str
    sources: list[str]
    """Names of the sources, the other party first ("call", "mic")."""
    names: dict[str, str] = {}
    """Display name of each source: {"mic": "You", "call": "Them"}."""
    answer: Literal["auto", "ask", "off", "feedback"]
    """"auto": every question; "ask": on request; "off": never; "feedback": on practice answers."""
    started_ns: int
    providers: list[str] = []
    """Available providers, by the names of `--provider`."""
    provider_cards: dict[str, ProviderCard] = {}
    """What the hosted ones among them do with requests."""


class ReplayStarted(Message, frozen=True, kw_only=True):
    """All stages are ready and recordings start to play. Devices do not wait for this."""

    start_ns: int
    """Monotonic time at which sample 0 of every recording is due, which keeps them synchronous."""


class SessionEnding(Message, frozen=True, kw_only=True):
    """The session ends; stages are stopped next."""

    cause: str
    """"the recordings ended", "stopped by the user", …"""


class ConsentGiven(Message, frozen=True, kw_only=True):
    """The user confirmed that the other participants know and agree, or that there are none."""

    people: str = ""
    """Who takes part, as the user wrote it; empty if that was not said."""
    alone: bool = False
    """The user is alone."""
    recorded: bool = False
    """They agreed to be recorded, too."""


class RecordingStarted(Message, frozen=True, kw_only=True):
    """What is captured from now on is written into an encrypted file."""


class RedactedAudio(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Audio of one source that was overwritten with silence."""

    source: str
    start_sample: int
    stop_sample: int


class RedactedUtterance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An utterance whose words were removed; what its speaker says after that still gets an outcome."""

    source: str
    utterance: int


class RedactedRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request that had been sent before, which cannot be taken back."""

    question: int
    host: str
    sent_ns: int
    body_bytes: int
    left_machine: bool


class LogRedacted(Message, frozen=True, kw_only=True):
    """What was said last was removed from the log, as the user requested.

    Words, questions and answers of these utterances and questions are in no event of the log any more, and
    every stage removes them from its memory.
    """

    last_s: float
    """How many seconds were requested; an utterance that began before was removed whole."""
    since_ns: int
    """Monotonic time at which they began."""
    turns: int
    """Utterances with words that were removed."""
    utterances: list[RedactedUtterance]
    questions: list[int]
    practice_answers: list[int]
    """Numbers of the practice answers that were measured in that time; 0 for all together."""
    audio: list[RedactedAudio]
    sent: list[RedactedRequest]
    recorded: bool = False
    """The session is recorded: the encrypted recording still has this audio."""
