"""Protocol of the connector: one JSON line per request and per reply.

A reply with the outcome "connected" carries the socket's descriptor beside its bytes.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec

from bus.failures import Rejected

MAX_BYTES = 1024
"""Of a line, its end included."""

MAX_TIMEOUT_S = 60.0

ConnectOutcome = Literal["connected", "not chosen", "name not found", "refused", "timed out", "unreachable"]
""""not chosen" is a host that is not on the allowlist."""


class ConnectRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request for a connection."""

    secret: Annotated[str, msgspec.Meta(max_length=64)]
    """Authenticates the client."""
    host: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z._:-]{1,253}\Z")]
    """A name, or an address without brackets."""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    timeout_s: Annotated[float, msgspec.Meta(gt=0.0, le=MAX_TIMEOUT_S)]


class ConnectReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reply."""

    outcome: ConnectOutcome


T = TypeVar("T")


def decode_request(line: bytes) -> ConnectRequest:
    """Return the request in a line.

    Raises:
        Rejected: The line is malformed.
    """
    return _decode(line, ConnectRequest)


def decode_reply(line: bytes) -> ConnectReply:
    """Return the reply in a line.

    Raises:
        Rejected: The line is malformed.
    """
    return _decode(line, ConnectReply)


def encode(message: ConnectRequest | ConnectReply) -> bytes:
    """Return a request or reply as a line."""
    return msgspec.json.encode(message) + b"\n"


def _decode(line: bytes, kind: type[T]) -> T:
    if len(line) > MAX_BYTES or not line.endswith(b"\n"):
        raise Rejected("not a line of the connector's protocol")
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"not a line of the connector's protocol ({type(error).__name__})") from error
