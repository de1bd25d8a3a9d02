"""Protocol of the connector: one JSON object per packet, a request or a reply.

A reply with the outcome "connected" carries the socket's descriptor beside its bytes. A connector that starts
sends an `Outcome` "started" without a request, so that llm repeats what the one before had not answered.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec

from bus.failures import Rejected

MAX_BYTES = 1024
"""Of a packet."""

MAX_TIMEOUT_S = 60.0

ConnectOutcome = Literal[
    "started", "ready", "connected", "not chosen", "name not found", "refused", "timed out", "unreachable"
]
""""ready" replies to `Ready`; "not chosen" is a host that is not on the allowlist."""

_Number = Annotated[int, msgspec.Meta(ge=0)]


class Ready(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Asks whether the connector is running."""

    number: _Number


class ConnectRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """A request for a connection."""

    number: _Number
    """Which request a reply is for."""
    host: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z._:-]{1,253}\Z")]
    """A name, or an address without brackets."""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    timeout_s: Annotated[float, msgspec.Meta(gt=0.0, le=MAX_TIMEOUT_S)]


Request = Ready | ConnectRequest


class ConnectReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reply."""

    number: _Number
    outcome: ConnectOutcome


STARTED = ConnectReply(0, "started")
"""What a connector sends when it starts."""

T = TypeVar("T")


def decode_request(packet: bytes) -> Request:
    """Return the request in a packet.

    Raises:
        Rejected: The packet is malformed.
    """
    return _decode(packet, Request)  # type: ignore[arg-type]  # msgspec takes unions, typing has no word for them


def decode_reply(packet: bytes) -> ConnectReply:
    """Return the reply in a packet.

    Raises:
        Rejected: The packet is malformed.
    """
    return _decode(packet, ConnectReply)


def encode(message: Request | ConnectReply) -> bytes:
    """Return a request or reply as a packet."""
    return msgspec.json.encode(message)


def _decode(packet: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(packet, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"not a packet of the connector's protocol ({type(error).__name__})") from error
