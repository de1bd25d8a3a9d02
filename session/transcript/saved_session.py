"""A session as it is saved: its turns, questions, requests and figures. Pure.

The JSON form is this structure and can be opened again. A file may come from anyone: what is decoded has
limits, known fields only, and no control characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from bus.failures import InputFailure
from bus.messages import PracticeAnswerMeasured, PracticeEnded
from bus.messages.control import MARKED, TYPED
from bus.messages.summary import Template
from overlay.texts.strings import AUDIO_MISSING, LOST, NOT_UNDERSTOOD, UNCONFIRMED
from overlay.texts.strings import MARKED as NAME_OF_MARKS
from overlay.texts.strings import TYPED as NAME_OF_TYPED
from session.view.printable import printable

LARGEST_BYTES = 16 << 20
"""A larger file is not opened; four hours with a question every 90 s are about 2 MB."""

Name = Annotated[str, msgspec.Meta(max_length=1_000)]
Text = Annotated[str, msgspec.Meta(max_length=1_000_000)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]
"""From the session's first sample, in steps of a millisecond."""
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a saved session."""


class Source(_Part, frozen=True, kw_only=True):
    """One audio input."""

    name: Name
    """The name in turns and questions: "mic"."""
    speaker: Name
    """The name to show: "You"."""
    device: Name = ""


class Turn(_Part, frozen=True, kw_only=True):
    """One turn."""

    source: Name
    start_s: Seconds
    stop_s: Seconds
    text: Text
    unconfirmed: bool = False
    """No final pass confirms the words, or the text says that there are none."""
    audio_missing: bool = False
    """Audio is missing in it or beside it."""

    @property
    def marked_text(self) -> str:
        """The text as one line, after a mark that says why it is unsure."""
        text = " ".join(self.text.split())
        if text in (LOST, NOT_UNDERSTOOD):
            return text
        mark = UNCONFIRMED if self.unconfirmed else AUDIO_MISSING if self.audio_missing else ""
        return f"{mark} {text}".lstrip()


class Consent(_Part, frozen=True, kw_only=True):
    """What the user confirmed before the session."""

    people: Text = ""
    """Who took part, as the user wrote it; empty if that was not said."""
    alone: bool = False
    """The user was alone."""
    recorded: bool = False
    """The audio was recorded, which those who took part agreed to."""


class Pause(_Part, frozen=True, kw_only=True):
    """A time in which the user had paused a source, so that nothing of it was captured."""

    source: Name
    start_s: Seconds
    stop_s: Seconds | None = None
    """None if it lasted until the end."""


class Mark(_Part, frozen=True, kw_only=True):
    """A moment that the user marked."""

    at_s: Seconds
    text: Text = ""
    """What the user wrote about it."""


class Struck(_Part, frozen=True, kw_only=True):
    """A time whose words, questions and answers the user struck from the session."""

    start_s: Seconds
    stop_s: Seconds


class Passage(_Part, frozen=True, kw_only=True):
    """A passage of the user's notes, or an answer that the user had prepared there."""

    file: Name
    heading: Text
    text: Text


class Question(_Part, frozen=True, kw_only=True):
    """One question, the passages found for it, and the answer."""

    number: Count
    source: Name
    kind: Name = ""
    """"question", "request", "follow-up", …"""
    at_s: Seconds
    """End of the turn that asks it."""
    text: Text
    passages: list[Passage] = []
    answer: Text = ""
    model: Name = ""
    complete: bool = False
    stopped: Text = ""
    """Why the answer is not complete."""
    first_token_s: Seconds | None = None
    """From the detected question to the first piece of its answer."""


class Request(_Part, frozen=True, kw_only=True):
    """A request that left the machine."""

    at_s: Seconds
    question: Count
    """0 for a request without a question, such as listing a host's models."""
    host: Name
    model: Name
    body: Text
    """Exactly what was sent."""
    body_bytes: Count
    encrypted: bool = True


class Latency(_Part, frozen=True, kw_only=True):
    """How long something took, over all cases."""

    count: Count
    p50_s: float
    p95_s: float


class Practice(_Part, frozen=True, kw_only=True):
    """Measured answers of a practice."""

    answers: list[PracticeAnswerMeasured]
    whole: PracticeEnded | None = None


class SummaryEntry(_Part, frozen=True, kw_only=True):
    """One line of a summary, with the words that it rests on."""

    at_s: Seconds
    """Beginning of the turn that has them."""
    source: Name
    text: Text
    quote: Text
    """Words of that turn."""
    who: Name = ""
    """Of an action: who takes it on."""
    when: Name = ""
    """Of an action: until when, in words of that turn."""


class Summary(_Part, frozen=True, kw_only=True):
    """The newest summary that the user had made."""

    template: Template
    model: Name
    host: Name
    topics: list[SummaryEntry] = []
    decisions: list[SummaryEntry] = []
    open_questions: list[SummaryEntry] = []
    actions: list[SummaryEntry] = []
    dropped: Count = 0
    """Entries of the model that were left out, because the transcript does not bear them out."""


class SavedSession(_Part, frozen=True, kw_only=True):
    """Everything of a session that may be saved."""

    schema: Literal["cuecard-session"] = "cuecard-session"
    version: Literal[1] = 1
    program: Name = ""
    """Version of the program."""
    started: Annotated[datetime, msgspec.Meta(tz=True)]
    length_s: Seconds
    ended: Text
    """Why it ended: "stopped by the user", …"""
    sources: list[Source]
    consent: Consent | None = None
    """None for recordings and practice, which need none."""
    speech_model: Text = ""
    answered_by: list[Name] = []
    """Models that were chosen to answer, with their provider."""
    notes: list[Name] = []
    turns: list[Turn] = []
    pauses: list[Pause] = []
    marks: list[Mark] = []
    struck: list[Struck] = []
    questions: list[Question] = []
    summary: Summary | None = None
    left_machine: list[Request] = []
    stayed: Count = 0
    """Number of requests to a model on this machine."""
    final_latency: Latency | None = None
    """From the end of speech to the final transcript."""
    first_token_latency: Latency | None = None
    """From the question to the first piece of its answer."""
    practice: Practice | None = None

    def speaker(self, source: str) -> str:
        """Return the name to show for a source."""
        if source in (TYPED, MARKED):
            return NAME_OF_TYPED if source == TYPED else NAME_OF_MARKS
        return next((each.speaker for each in self.sources if each.name == source), source)


def encode(saved: SavedSession) -> str:
    """Return a session as JSON; every struct's fields in their order, times in milliseconds."""
    return msgspec.json.format(msgspec.json.encode(saved), indent=2).decode() + "\n"


def decode(body: bytes) -> SavedSession:
    """Return the session of a JSON file that this program wrote.

    Raises:
        InputFailure: It is another file, or one of a later version.
    """
    try:
        _check_version(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))
        saved = msgspec.json.decode(body, type=SavedSession)
        return msgspec.convert(_inert(msgspec.to_builtins(saved)), SavedSession)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _not_a_session(str(error) or type(error).__name__) from error


def _check_version(document: Mapping[str, msgspec.Raw]) -> None:
    if bytes(document.get("schema", b"")) != b'"cuecard-session"':
        raise _not_a_session("it has no field `schema` with that value")
    if bytes(document.get("version", b"")) != b"1":
        raise InputFailure(
            "the file was saved by another version of Cuecard",
            kept="it is untouched",
            fix="open it with the version that saved it, or a newer one",
        )


def _not_a_session(reason: str) -> InputFailure:
    return InputFailure(
        f"the file is not a session that Cuecard saved as JSON ({printable(reason)})",
        kept="it is untouched",
        fix="give a .json file of `--save` or of the page after a session",
    )


def _inert(value: Any) -> Any:
    """Return nested values whose texts have no control characters."""
    match value:
        case str():
            return printable(value)
        case list():
            return [_inert(each) for each in value]
        case dict():
            return {_inert(key): _inert(each) for key, each in value.items()}
    return value
