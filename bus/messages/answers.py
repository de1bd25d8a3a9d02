"""Questions, what the notes say to them, what is sent, and the answers."""

from __future__ import annotations

import msgspec

from bus.messages.message import Message


class NotesLoaded(Message, frozen=True, kw_only=True):
    """The user's notes are read and cut into passages."""

    files: list[str]
    passages: int


class AnswerRequested(Message, frozen=True, kw_only=True):
    """The user pressed the key: answer what was just said."""

    by: str
    """Which stage heard the key."""


class QuestionSpan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where in an utterance a question, or a part of it, stands."""

    utterance: int
    start_character: int
    stop_character: int
    """One past its last character in the utterance's text."""


class QuestionDetected(Message, frozen=True, kw_only=True):
    """A question was found in what was said."""

    question: int
    """Number of the question within the session, from 1; a number is left out when a request that was sent
    early was thrown away."""
    source: str
    utterance: int
    """The last utterance it is in."""
    text: str
    confidence: float
    """0 to 1."""
    kind: str
    """"question", "request", "follow-up", "asked for"."""
    previous: str = ""
    """The question that a follow-up leans on."""
    spans: list[QuestionSpan] = []
    """Where it was said; more than one when it was spread over utterances or interrupted by other words."""


class Passage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of the user's own notes."""

    file: str
    heading: str
    text: str
    score: float


class PreparedAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The user's own answer to a question that their notes foresaw, word for word."""

    file: str
    question: str
    """As it is written in the notes."""
    text: str
    score: float
    """How well the two questions match, 0 to 1."""


class PassagesRetrieved(Message, frozen=True, kw_only=True):
    """What the user's notes have to say to a question; where nothing fits, an answer is general knowledge."""

    question: int
    passages: list[Passage]
    search_ms: float
    prepared: PreparedAnswer | None = None


class ProviderRequested(Message, frozen=True, kw_only=True):
    """The user wants somebody else to answer from now on."""

    provider: str
    """As `--provider` takes it."""
    model: str = ""
    """Empty takes the first suitable one."""
    by: str
    """Which stage heard it."""


class ProviderReady(Message, frozen=True, kw_only=True):
    """The line to a provider is warm: the next question goes there."""

    provider: str
    host: str
    """Host and port."""
    model: str
    models: list[str]
    """What it lists and can answer."""
    leaves_machine: bool
    encrypted: bool = True
    """Whether it is asked over TLS."""
    proxy: str = ""
    """Host and port of the proxy in between, which sees the host that is asked."""


class RequestHeld(Message, frozen=True, kw_only=True):
    """A request waits for the user to look at it and let it go."""

    question: int
    host: str
    model: str
    body: str
    """What will be sent, byte for byte (it is UTF-8)."""
    body_bytes: int
    left_machine: bool
    """Whether it would leave the machine."""


class RequestDecided(Message, frozen=True, kw_only=True):
    """The user looked at a held request."""

    question: int
    allowed: bool
    by: str


class RequestSent(Message, frozen=True, kw_only=True):
    """The ledger's entry: exactly what was sent, and where."""

    question: int
    """0 for a request that belongs to none: asking a host elsewhere for its models, without a body."""
    host: str
    """Host and port."""
    url: str
    model: str
    body: str
    """The request's body, byte for byte (it is UTF-8)."""
    body_bytes: int
    left_machine: bool
    """False for a server on this machine's loopback."""
    encrypted: bool = True
    """Whether it went over TLS; without, anybody on the network in between can read it."""
    sent_ns: int


class AnswerStreamed(Message, frozen=True, kw_only=True):
    """More of an answer arrived."""

    question: int
    delta: str
    """What to append."""
    received_ns: int
    """When its bytes arrived."""
    replaces: bool = False
    """What was published before was the model's thoughts: replace it."""


class AnswerFinished(Message, frozen=True, kw_only=True):
    """The provider said that the answer is complete."""

    question: int
    text: str
    model: str
    stop_reason: str
    prompt_tokens: int = 0
    answer_tokens: int = 0


class AnswerStopped(Message, frozen=True, kw_only=True):
    """An answer ended before it was complete: cancelled, cut or failed."""

    question: int
    cause: str
    """Empty when nothing was asked, as the user chose that no provider answers."""
    kept: str
    """The text that had arrived."""
    fix: str = ""


class UsageCounted(Message, frozen=True, kw_only=True):
    """What an attempt at an answer cost, and what the session and the day have come to."""

    question: int
    provider: str
    model: str
    prompt_tokens: int
    """All of them, those that the provider had kept computed included."""
    cached_tokens: int
    answer_tokens: int
    """Those that were thought and not shown included."""
    estimated: bool
    """The provider gave no counts (a cut or cancelled answer): they are worked out from the text."""
    wasted: bool
    """The answer was not used: it was cancelled, or begun early for words that changed."""
    cost: float | None
    """In dollars, by the price table; None where the model's price is not known, 0 on this machine."""
    session_cost: float
    """What is known of it, this attempt included."""
    day_cost: float
    """The same for all sessions of this day."""
    session_requests: int
    day_requests: int
