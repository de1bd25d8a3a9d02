"""Redaction: removes the fields of an event that may hold user content.

Numbers, booleans and fixed choices hold no content. A text field counts as content, new ones too, unless it
is listed here because it holds the program's own words only. Content-free output such as a support report is
built from `redacted` alone.
"""

from __future__ import annotations

import re
import types
import typing
from functools import cache
from typing import Any, Literal

import msgspec

from bus.messages.message import Message

Plain = int | float | bool | str | None

CONTENT_FREE_TEXT: dict[str, frozenset[str]] = {
    "SessionStarted": frozenset({"version"}),
    "StageStarted": frozenset({"stage"}),
    "StageReady": frozenset({"stage", "sandbox"}),
    "Heartbeat": frozenset({"stage"}),
    "StageDied": frozenset({"stage"}),
    "StageGivenUp": frozenset({"stage"}),
    "ProblemReported": frozenset({"stage"}),
    "EndpointPredicted": frozenset({"reason"}),
    "AnswerRequested": frozenset({"by"}),
    "CancelRequested": frozenset({"by"}),
    "QuestionTyped": frozenset({"by"}),
    "SummaryRequested": frozenset({"by"}),
    "VariantRequested": frozenset({"by"}),
    "EndRequested": frozenset({"by"}),
    "PauseRequested": frozenset({"by"}),
    "MomentMarked": frozenset({"by"}),
    "NoteAdded": frozenset({"by"}),
    "RedactionRequested": frozenset({"by"}),
    "WindowRequested": frozenset({"by"}),
    "ProviderRequested": frozenset({"by"}),
    "RequestDecided": frozenset({"by"}),
    "QuestionDetected": frozenset({"kind"}),
}
"""Text fields that only hold the program's own words, by the event's type."""

_PROGRAMS_OWN = re.compile(r"[a-zA-Z0-9 ,;:.()+-]{0,120}")
"""Pattern of those words; a value that does not match is redacted as well."""


def redacted(event: Message) -> dict[str, Plain]:
    """Return the content-free fields of an event."""
    fields = {name: _field(event, name) for name in content_free_fields(type(event))}
    return {name: value for name, value in fields.items() if _is_plain(value)}


def _field(event: Message, name: str) -> Any:
    """Return a field's value; of a stage only its kind, because the user names its source."""
    value = getattr(event, name)
    return value.partition(":")[0] if name == "stage" else value


@cache
def content_free_fields(kind: type[Message]) -> tuple[str, ...]:
    """Return the names of the content-free fields of a type of event."""
    listed = CONTENT_FREE_TEXT.get(kind.__name__, frozenset())
    fields = msgspec.structs.fields(kind)
    return tuple(field.name for field in fields if field.name in listed or _holds_no_words(field.type))


def _holds_no_words(kind: Any) -> bool:
    if kind in (int, float, bool, types.NoneType) or typing.get_origin(kind) is Literal:
        return True
    parts = typing.get_args(kind)
    return isinstance(kind, types.UnionType) and all(_holds_no_words(part) for part in parts)


def _is_plain(value: object) -> bool:
    return not isinstance(value, str) or _PROGRAMS_OWN.fullmatch(value) is not None
