"""What the connector is asked, and what it answers: one line of JSON each. Pure: knows no socket.

With the word "connected" comes a descriptor, beside the bytes.
"""

from __future__ import annotations

import socket
from typing import Annotated, Literal, TypeVar

import msgspec

from bus.failures import Rejected

PASSES_SOCKETS = hasattr(socket, "send_fds")
"""Whether one process can hand another a socket here. On Windows it cannot: there is no connector there, no
sandbox either, and who asks a provider connects for itself. This is the one place where that is decided."""

LARGEST_BYTES = 1024
"""Of a line, its end included."""

LONGEST_S = 60.0

ConnectOutcome = Literal["connected", "not chosen", "name not found", "refused", "timed out", "unreachable"]
"""What came of it; "not chosen" is a host that the user did not name."""


class ConnectRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody wants a connection."""

    secret: Annotated[str, msgspec.Meta(max_length=64)]
    """Shows that it may ask."""
    host: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z._:-]{1,253}\Z")]
    """A name, or an address without brackets."""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    within_s: Annotated[float, msgspec.Meta(gt=0.0, le=LONGEST_S)]
    """How long that may take."""


class ConnectReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of it."""

    word: ConnectOutcome


T = TypeVar("T")


def decode_request(line: bytes) -> ConnectRequest:
    """Return what is asked in a line.

    Raises:
        Refused: It is no request.
    """
    return _in(line, ConnectRequest)


def decode_reply(line: bytes) -> ConnectReply:
    """Return what is answered in a line.

    Raises:
        Refused: It is no answer.
    """
    return _in(line, ConnectReply)


def encode(said: ConnectRequest | ConnectReply) -> bytes:
    """Return a request or an answer as a line."""
    return msgspec.json.encode(said) + b"\n"


def _in(line: bytes, kind: type[T]) -> T:
    if len(line) > LARGEST_BYTES or not line.endswith(b"\n"):
        raise Rejected("it is no line of the connector's")
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"it is no line of the connector's ({type(error).__name__})") from error
