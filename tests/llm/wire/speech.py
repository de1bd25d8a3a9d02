"""What a provider says on the wire, byte for byte; one file of this folder for each.

Written from the providers' documentation and from what others recorded of them; their own SDKs judge it in
`tests/llm/test_official_sdks.py`. No real provider was asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Events = tuple[bytes, ...]
Refused = tuple[str, bytes]
"""A status line and a JSON body."""


def packed(value: object) -> bytes:
    """Return a value as JSON, as most providers write it: in one line, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def event(data: object, name: str = "") -> bytes:
    """Return a server-sent event."""
    return (f"event: {name}\n".encode() if name else b"") + b"data: " + packed(data) + b"\n\n"


@dataclass(frozen=True)
class Speech:
    """How one provider speaks."""

    provider: str
    """As a user names it."""
    path: str
    """Of its API, up to the version."""
    key_header: str
    key_prefix: str
    model: str
    listing: object
    """Its list of models."""
    opening: Events
    piece: Callable[[str], bytes]
    """The event that adds this text."""
    closing: Events
    thought: Events
    """It thinks."""
    all_thought: Events
    """The end of an answer that was nothing but thought."""
    declining: Events
    """What it says after the opening when it will not answer."""
    breaking_off: Mapping[str, Events]
    """Errors in the middle of an answer, by shape; each says "overloaded"."""
    strange: Events
    """Events that nobody knows, and known ones with nothing in them."""
    wrong_key: Mapping[str, Callable[[str], Refused]]
    """How a key is refused, which may quote the key."""
    limited: bytes
    """The body of a 429 for too many requests."""
    spent: Refused
    no_model: Refused
    busy: bytes
    """The body of a 503."""
    secure: bool = True
    counts: tuple[int, int, int] = (31, 8, 5)
    """Tokens of the prompt, of these kept computed, and of the answer, in `closing`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What else stands above its streams."""

    def answer(self, *texts: str) -> Events:
        """Return the events of a good answer of these pieces."""
        return (*self.opening, *map(self.piece, texts), *self.closing)
