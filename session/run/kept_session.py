"""A killed session as the keeper holds it: its log and its settings.

It holds no audio and no keys, and is never written to a file.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bus.failures import Rejected
from bus.log.session_log import check_history
from bus.messages import Logged

GIVE, TAKEN, DROP = b"give.", b"taken", b"drop."
"""Messages of the keeper's protocol: send the session; it was received; delete it."""

WORD_BYTES = len(GIVE)


class KeptSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything needed to resume a session."""

    tables: dict[str, dict[str, Any]]
    """The settings, one table for each stage."""
    events: list[Logged]
    """The log; numbers increase from 1 or more, with gaps where superseded events were removed."""
    killed_ns: int
    """Monotonic time at which the keeper noticed that the supervisor had died."""


def encode(kept: KeptSession) -> bytes:
    """Return the bytes to send over the socket."""
    return msgspec.msgpack.encode(kept)


def decode(body: bytes) -> KeptSession:
    """Return the session received over the socket.

    Raises:
        Rejected: The bytes are not a valid session.
    """
    try:
        kept = msgspec.msgpack.decode(body, type=KeptSession)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"the retained session cannot be decoded ({type(error).__name__})") from error
    check_history(kept.events)
    return kept
