"""Contract of the requests to the provider, byte for byte. Pure.

Request line, headers and body are fixed but for the key and the question; the model, provider and prompt are
those of a session without notes.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from llm.prompt import AnswerPrompt, render
from session.attest.tracing.provider import MODEL

MOST_LISTINGS = 3
"""How often the list of models may be requested."""

_HEAD = """\
{line} HTTP/1.1\r
Host: {provider}\r
Connection: keep-alive\r
user-agent: cuecard\r
accept: text/event-stream, application/json\r
accept-encoding: identity\r
content-type: application/json\r
authorization: Bearer {key}\r
"""


def listing(provider: str, key: str) -> bytes:
    """Return the request for the list of models."""
    return f"{_HEAD.format(line='GET /v1/models', provider=provider, key=key)}\r\n".encode()


def question(provider: str, key: str, text: str) -> bytes:
    """Return the request that asks a question, without notes."""
    body = body_for(text)
    head = _HEAD.format(line="POST /v1/chat/completions", provider=provider, key=key)
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def body_for(text: str) -> bytes:
    """Return the body that asks a question, without notes: nothing else of the session is in it."""
    rendered = render(AnswerPrompt(question=text), small=False)
    messages = [
        {"role": "system", "content": rendered.instructions},
        {"role": "user", "content": rendered.text},
    ]
    fields = {
        "model": MODEL,
        "stream": True,
        "max_tokens": 400,
        "stream_options": {"include_usage": True},
        "temperature": 0.3,
        "messages": messages,
    }
    return msgspec.json.encode(fields)


def unexpected(payload: bytes, provider: str, key: str, questions: Iterable[str]) -> bytes:
    """Return the bytes of a connection from the first request outside of the contract; empty without one."""
    left = [listing(provider, key)] * MOST_LISTINGS
    left += [question(provider, key, text) for text in questions]
    while payload:
        request = next((each for each in left if payload.startswith(each)), None)
        if request is None:
            return payload
        left.remove(request)
        payload = payload[len(request) :]
    return b""
