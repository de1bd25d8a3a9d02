"""What is kept of a session that was killed: its log and its settings; no sound, no keys, no file."""

from __future__ import annotations

from typing import Any

import msgspec

from bus.failures import Rejected
from bus.log import check_history
from bus.messages import Logged

GIVE, TAKEN, DROP = b"give.", b"taken", b"drop."
"""What is asked at the keeper's socket: to hear what is kept; that it is in good hands; to wipe it."""

WORD_BYTES = len(GIVE)


class KeptSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A session as far as it can be taken up again."""

    tables: dict[str, dict[str, Any]]
    """The settings, one table a stage."""
    events: list[Logged]
    """The log; its numbers rise from 1 or more, with gaps where something faded."""
    killed_ns: int
    """Monotonic time at which the supervisor was found to be gone."""


def encode(kept: KeptSession) -> bytes:
    """Return what goes over the socket."""
    return msgspec.msgpack.encode(kept)


def decode(body: bytes) -> KeptSession:
    """Return what came over the socket.

    Raises:
        Refused: It is nothing that a keeper gives.
    """
    try:
        kept = msgspec.msgpack.decode(body, type=KeptSession)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"what was kept cannot be read ({type(error).__name__})") from error
    check_history(kept.events)
    return kept
