"""Parses JSON and extracts the text of a message's content.

Pure. Content is a string, an object with a text, or a list of both; reasoning parts are skipped.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

_DEPTH = 4
_THOUGHTS = frozenset({"thinking", "reasoning", "reasoning_text", "thought", "redacted_thinking"})


def decoded(text: str) -> Any:
    """Return the JSON value in a text, or None when it is invalid.

    Accepts lone surrogates and control characters in strings, which strict JSON forbids and servers send.
    """
    text = text.removeprefix("\ufeff")
    try:
        return msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        pass
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def text_of(content: Any, depth: int = _DEPTH) -> str:
    """Return the visible text of a message's content; may end in half of a surrogate pair."""
    if isinstance(content, str):
        return content
    if depth == 0:
        return ""
    if isinstance(content, list):
        return "".join(text_of(part, depth - 1) for part in content)
    if not isinstance(content, dict) or _is_thought(content):
        return ""
    fields = (content.get(name) for name in ("text", "value", "content"))
    return next((text for field in fields if (text := text_of(field, depth - 1))), "")


def thinks(content: Any) -> bool:
    """Return whether a message's content contains reasoning."""
    parts = content if isinstance(content, list) else [content]
    return any(isinstance(part, dict) and _is_thought(part) for part in parts)


def joined(text: str) -> str:
    """Return the text with halves of surrogate pairs joined, and lone ones replaced by U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _is_thought(part: dict[str, Any]) -> bool:
    return part.get("type") in _THOUGHTS if isinstance(part.get("type"), str) else part.get("thought") is True
