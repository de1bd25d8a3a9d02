"""Events of questions, retrieved notes, provider requests and answers."""

from __future__ import annotations

from typing import Annotated

import msgspec

from bus.messages.message import Message

MOST_NOTE_BYTES = 900_000
"""Most bytes of the text of a file that is added to a running session; it fits into one message."""


class NotesLoaded(Message, frozen=True, kw_only=True):
    """The user's notes were read and split into passages."""

    files: list[str]
    passages: int


class NoteAdded(Message, frozen=True, kw_only=True):
    """The user added a file of notes to the running session; a later one of the same name replaces it."""

    name: Annotated[str, msgspec.Meta(max_length=255)]
    """The file's name, without its folder."""
    text: Annotated[str, msgspec.Meta(max_length=MOST_NOTE_BYTES)]
    """All of its text."""
    by: str
    """The stage or command that received the request."""


class AnswerRequested(Message, frozen=True, kw_only=True):
    """The user asked for an answer to what was just said."""

    by: str
    """The stage or command that received the request."""


class QuestionSpan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Position of a question, or a part of it, in an utterance."""

    utterance: int
    start_character: int
    stop_character: int
    """One past its last character in the utterance's text."""


class QuestionDetected(Message, frozen=True, kw_only=True):
    """A question was detected in the transcript."""

    question: int
    """Number of the question within the session, from 1; numbers of discarded early requests are skipped."""
    source: str
    utterance: int
    """The last utterance that contains it."""
    text: str
    confidence: float
    """0 to 1."""
    kind: str
    """"question", "request", "follow-up", "asked for", "typed", "feedback"; "again", "shorter" or "longer" if
    the user asked it once more."""
    previous: str = ""
    """The question that a follow-up refers to."""
    spans: list[QuestionSpan] = []
    """Its positions; several if it spans utterances or was interrupted."""
    replaces: int = 0
    """Number of the question that it is shown and saved instead of, because it completes it or requests its
    answer; 0 for none."""
    length_steps: int = 0
    """By how many steps its answer is to be longer than the settings say; negative for shorter."""


class Passage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A passage of the user's notes."""

    file: str
    heading: str
    text: str
    score: float


class PreparedAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer that the user wrote in the notes for this question, verbatim."""

    file: str
    question: str
    """As written in the notes."""
    text: str
    score: float
    """How well the two questions match, 0 to 1."""


class PassagesRetrieved(Message, frozen=True, kw_only=True):
    """The notes were searched for a question; without a match, an answer is general knowledge."""

    question: int
    passages: list[Passage]
    search_ms: float
    prepared: PreparedAnswer | None = None


class ProviderRequested(Message, frozen=True, kw_only=True):
    """The user switched the provider of the running session."""

    provider: str
    """As given to `--provider`."""
    model: str = ""
    """Empty selects the first suitable one."""
    by: str
    """The stage or command that received the request."""


class ProviderReady(Message, frozen=True, kw_only=True):
    """The connection to a provider is open: the next question goes there."""

    provider: str
    host: str
    """Host and port."""
    model: str
    models: list[str]
    """Models that it lists and that can answer."""
    leaves_machine: bool
    encrypted: bool = True
    """Whether the connection uses TLS."""
    proxy: str = ""
    """Host and port of the proxy, which sees the provider's host name."""


class RequestHeld(Message, frozen=True, kw_only=True):
    """A request waits for the user's approval."""

    question: int
    host: str
    model: str
    body: str
    """Exact request body (UTF-8)."""
    body_bytes: int
    left_machine: bool
    """Whether it would leave the machine."""


class RequestDecided(Message, frozen=True, kw_only=True):
    """The user allowed or denied a held request."""

    question: int
    allowed: bool
    by: str


class RequestSent(Message, frozen=True, kw_only=True):
    """Ledger entry: exactly what was sent, and to which host."""

    question: int
    """0 for a request without a question, such as listing a remote host's models."""
    host: str
    """Host and port."""
    url: str
    model: str
    body: str
    """Exact request body (UTF-8)."""
    body_bytes: int
    left_machine: bool
    """False for a server on the loopback interface."""
    encrypted: bool = True
    """Whether it was sent over TLS; without TLS the network in between can read it."""
    sent_ns: int


class AnswerStreamed(Message, frozen=True, kw_only=True):
    """A piece of an answer arrived."""

    question: int
    delta: str
    """Text to append."""
    received_ns: int
    """Time at which its bytes arrived."""
    replaces: bool = False
    """Replace the text so far, which turned out to be the model's reasoning."""


class AnswerFinished(Message, frozen=True, kw_only=True):
    """The provider completed the answer."""

    question: int
    text: str
    model: str
    stop_reason: str
    prompt_tokens: int = 0
    answer_tokens: int = 0


class AnswerStopped(Message, frozen=True, kw_only=True):
    """An answer ended incomplete: cancelled, cut off or failed."""

    question: int
    cause: str
    """Empty if no request was made: there is no provider, or answers are given on request."""
    kept: str
    """The text that had arrived."""
    fix: str = ""


class UsageCounted(Message, frozen=True, kw_only=True):
    """Tokens and cost of one answer attempt, and totals of the session and the day."""

    question: int
    provider: str
    model: str
    prompt_tokens: int
    """All prompt tokens, cached ones included."""
    cached_tokens: int
    answer_tokens: int
    """Reasoning tokens that were not shown included."""
    estimated: bool
    """Estimated from the text, because the provider sent no counts."""
    wasted: bool
    """The answer was not used: cancelled, or started early for words that changed."""
    cost: float | None
    """US dollars by the price table; None if the model's price is unknown, 0 for a local model."""
    session_cost: float
    """Known cost of the session, this attempt included."""
    day_cost: float
    """Known cost of all sessions of this day."""
    session_requests: int
    day_requests: int
