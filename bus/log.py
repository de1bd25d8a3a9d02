"""The session's log: every kept event, numbered, in memory; and who has read how far.

Pure: knows nothing of sockets or processes. The hub owns the one instance there is. A follower reads at
its own pace from a position of its own, so a slow one delays nobody and a late one misses nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bus.failures import Refused
from bus.messages import Event, Logged, Message
from bus.wiring import KEPT

PAST_VARIABLE = "CUECARD_PAST"
"""Names the descriptor from which the hub reads the log of a session that is taken up again."""

BATCH_EVENTS = 256
"""At most so many events go to a follower at once."""

MOMENTS_KEPT = 64
"""At most so many events of the moment wait for a follower; older ones are dropped."""


class SessionLog:
    """Events in the order the hub heard them, numbered from 1 without a gap."""

    def __init__(self) -> None:
        self._events: list[Logged] = []

    @property
    def latest_seq(self) -> int:
        """Number of the newest event; 0 when there is none."""
        return len(self._events)

    def recall(self, events: Sequence[Logged]) -> None:
        """Begin with the log of a session that is taken up again.

        Raises:
            Refused: They are not numbered from 1 without a gap.
        """
        if self._events or any(logged.seq != seq for seq, logged in enumerate(events, 1)):
            raise Refused("what was kept of the session is no log")
        self._events = [*events]

    def append(self, event: Event, logged_ns: int) -> Logged:
        """Number an event, keep it if its kind is kept, and return it as it goes to followers."""
        if type(event) not in KEPT:
            return Logged(0, logged_ns, event)
        logged = Logged(len(self._events) + 1, logged_ns, event)
        self._events.append(logged)
        return logged

    def since(self, seq: int, kinds: frozenset[type[Message]], limit: int) -> tuple[list[Logged], int]:
        """Return at most `limit` events of these kinds after `seq`, and up to which number that is all."""
        found: list[Logged] = []
        at = max(seq, 0)
        while at < len(self._events) and len(found) < limit:
            logged = self._events[at]
            at += 1
            if type(logged.event) in kinds:
                found.append(logged)
        return found, at

    def wipe(self) -> int:
        """Drop every event and return how many there were."""
        count = len(self._events)
        self._events.clear()
        return count


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
