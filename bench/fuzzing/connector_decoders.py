"""Fuzz targets of the connector: its requests and its replies."""

from __future__ import annotations

import string
from typing import get_args

from bench.fuzzing.decoder import Decoder, Forged
from bus.failures import Rejected
from llm.connector.allowlist import Allowlist
from llm.connector.protocol import (
    MAX_TIMEOUT_S,
    ConnectOutcome,
    ConnectReply,
    ConnectRequest,
    Ready,
    Request,
    decode_reply,
    decode_request,
    encode,
)
from llm.settings import LlmSettings

_WORDS = (b"number", b"type", b"host", b"port", b"timeout_s", b"outcome", b"connected", b"65536", b"1e999",
          b"localhost", b"::1", b"%00", b"NaN", b"\xff")  # fmt: skip
_OF_HOSTS = frozenset(string.ascii_letters + string.digits + "._:-")
_ALLOWED = Allowlist(LlmSettings(provider="openai"))
_HERE = ("localhost", "::1", "127.")


def _request(packet: bytes) -> Request:
    """Decode a request and check it as the connector does."""
    request = decode_request(packet)
    if isinstance(request, Ready):
        return request
    sound = 1 <= len(request.host) <= 253 and set(request.host) <= _OF_HOSTS and request.number >= 0
    if not (sound and 1 <= request.port <= 65535 and 0 < request.timeout_s <= MAX_TIMEOUT_S):
        raise Forged("an invalid request was accepted")
    chosen = (request.host.lower(), request.port) == ("api.openai.com", 443)
    here = request.host.lower().startswith(_HERE) or ":" in request.host
    if _ALLOWED(request.host, request.port) and not (chosen or here):
        raise Forged("a host that was not chosen is allowed")
    return request


def _reply(packet: bytes) -> ConnectReply:
    reply = decode_reply(packet)
    if reply.outcome not in get_args(ConnectOutcome):
        raise Forged("an unknown outcome was accepted")
    return reply


def _requests() -> list[bytes]:
    places = (("api.openai.com", 443), ("127.0.0.1", 11434), ("::1", 1), ("localhost", 65535))
    asked = [encode(ConnectRequest(7, host, port, 5.0)) for host, port in places]
    return [*asked, encode(Ready(8))]


def _replies() -> list[bytes]:
    return [encode(ConnectReply(7, word)) for word in get_args(ConnectOutcome)]


CONNECTOR = (
    Decoder("connect_request", _request, (Rejected,), _requests, _WORDS, "json", weight=30),
    Decoder("connect_reply", _reply, (Rejected,), _replies, _WORDS, "json", weight=30),
)
