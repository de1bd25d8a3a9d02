"""Samples of a provider's wire format, byte for byte, one file for each.

Written from the providers' documentation and public recordings, and checked with their SDKs in
`tests/llm/client/test_official_sdks.py`. No real provider was used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Events = tuple[bytes, ...]
Rejection = tuple[str, bytes]
"""A status line and a JSON body."""


def packed(value: object) -> bytes:
    """Return a value as JSON, as most providers write it: one line, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def event(data: object, name: str = "") -> bytes:
    """Return a server-sent event."""
    return (f"event: {name}\n".encode() if name else b"") + b"data: " + packed(data) + b"\n\n"


@dataclass(frozen=True)
class WireSamples:
    """Samples of one provider."""

    provider: str
    """Its name in the settings."""
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
    """Reasoning before the answer."""
    only_reasoning: Events
    """The end of an answer that was only reasoning."""
    declining: Events
    """A declined answer, after the opening."""
    aborting: Mapping[str, Events]
    """Errors in the middle of an answer, by shape; each contains "overloaded"."""
    unknown: Events
    """Unknown events, and known ones without content."""
    wrong_key: Mapping[str, Callable[[str], Rejection]]
    """Rejections of a key, which may quote it."""
    limited: bytes
    """The body of a 429 for too many requests."""
    quota_used_up: Rejection
    no_model: Rejection
    busy: bytes
    """The body of a 503."""
    secure: bool = True
    counts: tuple[int, int, int] = (31, 8, 5)
    """Tokens of the prompt, of these cached, and of the answer, in `closing`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Other headers of its streams."""

    def answer(self, *texts: str) -> Events:
        """Return the events of a complete answer with these pieces."""
        return (*self.opening, *map(self.piece, texts), *self.closing)
