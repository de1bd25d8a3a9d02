"""In-memory event log of a session, and the read position of each subscriber.

Pure; the hub owns the one instance. A subscriber reads at its own pace from its own position, so a slow one
delays no other and a late one misses nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from bus.failures import Rejected
from bus.log.redaction import redacted_log
from bus.messages import (
    AnswerFinished,
    AnswerStopped,
    AnswerStreamed,
    Event,
    Logged,
    LogRedacted,
    Message,
)
from bus.wiring import LOGGED, OUTCOMES, SUPERSEDED

HISTORY_VARIABLE = "CUECARD_HISTORY"
"""File descriptor from which the hub reads the log of a resumed session."""

BATCH_EVENTS = 256
"""Most events in one reply."""

TRANSIENT_QUEUED = 64
"""Most transient events queued for a subscriber; older ones are dropped."""

SUPERSEDED_RETAINED_S = 300.0
"""How long a superseded event stays readable; a view that froze for longer sees the final only."""

_PRUNE_EVERY = 1000
"""Events between two removals of superseded ones."""

_LARGEST_SEQ = 1 << 53
"""JSON readers represent integers exactly up to here."""


def history_in(body: bytes) -> list[Logged]:
    """Decode the log of a resumed session.

    Raises:
        Rejected: The bytes are not a log.
    """
    try:
        history = msgspec.msgpack.decode(body, type=list[Logged])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"the stored session log is damaged ({type(error).__name__})") from error
    check_history(history)
    return history


def check_history(history: Sequence[Logged]) -> None:
    """Check that these events can be a log: of logged kinds, with rising numbers from 1 or more.

    Raises:
        Rejected: They cannot.
    """
    numbers = [0, *(logged.seq for logged in history)]
    rise = all(before < seq for before, seq in pairwise(numbers))
    if not rise or numbers[-1] > _LARGEST_SEQ or any(type(logged.event) not in LOGGED for logged in history):
        raise Rejected("the stored session log is damaged")


class SessionLog:
    """Events in the order the hub received them, numbered from 1.

    Intermediate events of an utterance or answer are removed `SUPERSEDED_RETAINED_S` after their outcome: the
    outcome supersedes them, and a day's partials would fill the memory. Without an outcome they stay, because
    a restarted stage continues from them. Numbers are not reused, so removal leaves gaps.
    """

    def __init__(self) -> None:
        self._events: list[Logged] = []
        self._prune_at = _PRUNE_EVERY
        self.latest_seq = 0
        """Number of the newest event; 0 when there is none."""

    def restore(self, events: Sequence[Logged]) -> None:
        """Start with the log of a resumed session.

        Raises:
            Rejected: The events are not a log, or this log is not empty.
        """
        if self.latest_seq:
            raise Rejected("a log that is not empty cannot be restored")
        check_history(events)
        for logged in events:
            self.store(logged)

    def append(self, event: Event, logged_ns: int) -> Logged:
        """Number an event, store it if its kind is logged, and return it as subscribers get it."""
        if type(event) not in LOGGED:
            return Logged(0, logged_ns, event)
        logged = Logged(self.latest_seq + 1, logged_ns, event)
        self.store(logged)
        return logged

    def store(self, logged: Logged) -> None:
        """Store an event that is numbered already and newer than all others."""
        self._events.append(logged)
        self.latest_seq = logged.seq
        if len(self._events) >= self._prune_at:
            expired_ns = logged.logged_ns - int(SUPERSEDED_RETAINED_S * 1e9)
            ended = {_subject(old.event) for old in self._events if type(old.event) in OUTCOMES}
            self._events = [old for old in self._events if _is_retained(old, expired_ns, ended)]
            self._prune_at = len(self._events) + _PRUNE_EVERY

    def since(self, seq: int, kinds: frozenset[type[Message]], limit: int) -> tuple[list[Logged], int]:
        """Return at most `limit` events of these kinds after `seq`, and the number up to which that is
        all."""
        found: list[Logged] = []
        first = bisect_right(self._events, seq, key=_number)
        for at in range(first, len(self._events)):  # a slice would copy, an iterator would start at 0
            logged = self._events[at]
            if type(logged.event) in kinds:
                found.append(logged)
                if len(found) == limit:
                    return found, logged.seq
        return found, self.latest_seq

    def all(self) -> list[Logged]:
        """Return every stored event."""
        return [*self._events]

    def redact(self, redaction: LogRedacted) -> None:
        """Remove what a redaction says."""
        self._events = redacted_log(redaction, self._events)

    def wipe(self) -> int:
        """Drop every event and return how many there were."""
        count = len(self._events)
        self._events.clear()
        return count


def _number(logged: Logged) -> int:
    return logged.seq


def _subject(event: Event) -> tuple[str, int]:
    """Return which utterance or answer an event belongs to."""
    if isinstance(event, AnswerStreamed | AnswerFinished | AnswerStopped):
        return "", event.question
    return getattr(event, "source", ""), getattr(event, "utterance", 0)


def _is_retained(logged: Logged, expired_ns: int, ended: set[tuple[str, int]]) -> bool:
    may_expire = type(logged.event) in SUPERSEDED
    return logged.logged_ns > expired_ns or not may_expire or _subject(logged.event) not in ended


@dataclass
class Subscriber:
    """One reader of the log: its position, and whether it waits for more."""

    kinds: frozenset[type[Message]]
    token: bytes = b""
    """What its requests carry, and each reply to it."""
    seq: int = 0
    waiting: bool = True
    answered: bool = False
    """Whether it ever got a reply; the first one may be empty and means that there is no history."""
    transient: deque[Logged] = field(default_factory=lambda: deque(maxlen=TRANSIENT_QUEUED))
    """Events that are not logged, up to the queue's limit."""

    def offer(self, logged: Logged) -> None:
        """Queue a transient event, if the subscriber receives its kind."""
        if logged.seq == 0 and type(logged.event) in self.kinds:
            self.transient.append(logged)

    def next_batch(self, log: SessionLog) -> list[Logged] | None:
        """Return the events not delivered yet; None if it does not wait or there is nothing new."""
        if not self.waiting:
            return None
        events, self.seq = log.since(self.seq, self.kinds, BATCH_EVENTS)
        events += self.transient
        self.transient.clear()
        if not events and self.answered:
            return None
        self.waiting, self.answered = False, True
        return events
