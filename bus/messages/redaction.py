"""Which fields of an event may hold what was said, what is in notes, or what somebody calls their things.

Numbers, yes and no, and fixed choices cannot. Fields of text count as content, new ones too, but for those
that are listed here: they hold words of the program's own. Whatever must hold no content, such as a report
that is sent to somebody, is made of `wordless` alone.
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
    "ProviderRequested": frozenset({"by"}),
    "RequestDecided": frozenset({"by"}),
    "QuestionDetected": frozenset({"kind"}),
}
"""Fields of text that only ever hold words of the program's own, by the event's type."""

_PROGRAMS_OWN = re.compile(r"[a-zA-Z0-9 ,;:.()+-]{0,120}")
"""What those words look like; anything else in such a field is withheld all the same."""


def redacted(event: Message) -> dict[str, Plain]:
    """Return the fields of an event that hold no content."""
    fields = {name: getattr(event, name) for name in content_free_fields(type(event))}
    return {name: value for name, value in fields.items() if _is_plain(value)}


@cache
def content_free_fields(kind: type[Message]) -> tuple[str, ...]:
    """Return the names of the fields of a type of event that cannot hold content."""
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
