"""The session's log: every kept event, numbered, in memory; and who has read how far.

Pure: knows nothing of sockets or processes. The hub owns the one instance there is. A follower reads at
its own pace from a position of its own, so a slow one delays nobody and a late one misses nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from bus.failures import Rejected
from bus.messages import AnswerFinished, AnswerStopped, AnswerStreamed, Event, Logged, Message
from bus.wiring import ENDS, KEPT, SUPERSEDED

HISTORY_VARIABLE = "CUECARD_PAST"
"""Names the descriptor from which the hub reads the log of a session that is taken up again."""

BATCH_EVENTS = 256
"""At most so many events go to a follower at once."""

MOMENTS_KEPT = 64
"""At most so many events of the moment wait for a follower; older ones are dropped."""

PASSING_KEPT_S = 300.0
"""How long after it was said a partial can be read at least; a view that froze for longer sees the final."""

_FADED_AT_ONCE = 1000
"""So many events come between one look at what has faded and the next."""

_LARGEST_SEQ = 1 << 53
"""Whoever reads JSON counts exactly up to here; MessagePack ends not far beyond."""


def history_in(body: bytes) -> list[Logged]:
    """Return the log of a session that is taken up again.

    Raises:
        Refused: The bytes are none.
    """
    try:
        past = msgspec.msgpack.decode(body, type=list[Logged])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"what was kept of the session is no log ({type(error).__name__})") from error
    check_history(past)
    return past


def check_history(past: Sequence[Logged]) -> None:
    """See that these events can be a log: of kinds that are kept, and numbered upwards from 1 or more.

    Raises:
        Refused: They cannot.
    """
    numbers = [0, *(logged.seq for logged in past)]
    rise = all(before < seq for before, seq in pairwise(numbers))
    if not rise or numbers[-1] > _LARGEST_SEQ or any(type(logged.event) not in KEPT for logged in past):
        raise Rejected("what was kept of the session is no log")


class SessionLog:
    """Events in the order the hub heard them, numbered from 1.

    What an utterance or an answer went through fades after `PASSING_KEPT_S`, once its end is known:
    the end says it all, and a day's partials would fill the memory. Without an end it stays, since a stage
    that starts again takes it up from there. Numbers are not used again, so they have gaps then.
    """

    def __init__(self) -> None:
        self._events: list[Logged] = []
        self._fade_at = _FADED_AT_ONCE
        self.latest_seq = 0
        """Number of the newest event; 0 when there is none."""

    def recall(self, events: Sequence[Logged]) -> None:
        """Begin with the log of a session that is taken up again.

        Raises:
            Refused: They cannot be one, or it has begun already.
        """
        if self.latest_seq:
            raise Rejected("a log that has begun takes up no other")
        check_history(events)
        for logged in events:
            self.keep(logged)

    def append(self, event: Event, logged_ns: int) -> Logged:
        """Number an event, keep it if its kind is kept, and return it as it goes to followers."""
        if type(event) not in KEPT:
            return Logged(0, logged_ns, event)
        logged = Logged(self.latest_seq + 1, logged_ns, event)
        self.keep(logged)
        return logged

    def keep(self, logged: Logged) -> None:
        """Keep an event that has its number, the newest so far."""
        self._events.append(logged)
        self.latest_seq = logged.seq
        if len(self._events) >= self._fade_at:
            faded_ns = logged.logged_ns - int(PASSING_KEPT_S * 1e9)
            ended = {_subject(old.event) for old in self._events if type(old.event) in ENDS}
            self._events = [old for old in self._events if _stays(old, faded_ns, ended)]
            self._fade_at = len(self._events) + _FADED_AT_ONCE

    def since(self, seq: int, kinds: frozenset[type[Message]], limit: int) -> tuple[list[Logged], int]:
        """Return at most `limit` events of these kinds after `seq`, and up to which number that is all."""
        found: list[Logged] = []
        first = bisect_right(self._events, seq, key=_number)
        for at in range(first, len(self._events)):  # a slice would copy, an iterator would walk up to here
            logged = self._events[at]
            if type(logged.event) in kinds:
                found.append(logged)
                if len(found) == limit:
                    return found, logged.seq
        return found, self.latest_seq

    def all(self) -> list[Logged]:
        """Return every event that is there."""
        return [*self._events]

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


def _stays(logged: Logged, faded_ns: int, ended: set[tuple[str, int]]) -> bool:
    is_passing = type(logged.event) in SUPERSEDED
    return logged.logged_ns > faded_ns or not is_passing or _subject(logged.event) not in ended


@dataclass
class Follower:
    """One reader of the log: where it is, and whether it waits for more."""

    kinds: frozenset[type[Message]]
    seq: int = 0
    waiting: bool = True
    answered: bool = False
    """Whether it was ever answered: the first answer may be empty, and says that there is no past."""
    moments: deque[Logged] = field(default_factory=lambda: deque(maxlen=MOMENTS_KEPT))
    """Events that are not kept, as far as they fit."""

    def offer(self, logged: Logged) -> None:
        """Take an event of the moment, if the follower hears its kind."""
        if logged.seq == 0 and type(logged.event) in self.kinds:
            self.moments.append(logged)

    def take(self, log: SessionLog) -> list[Logged] | None:
        """Return what the follower has not had yet, if it waits and there is anything, or never was."""
        if not self.waiting:
            return None
        events, self.seq = log.since(self.seq, self.kinds, BATCH_EVENTS)
        events += self.moments
        self.moments.clear()
        if not events and self.answered:
            return None
        self.waiting, self.answered = False, True
        return events
