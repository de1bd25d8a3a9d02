"""Simulates a server that computes passes in batches, event by event. Pure."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from bench.seats.workload import Arrival


@dataclass(frozen=True)
class Server:
    """What computes the passes. One pass takes `pass_s`, each further one of its batch `more_s`."""

    pass_s: float
    more_s: float = 0.0
    largest_batch: int = 1
    window_s: float = 0.0
    """How long a batch waits for more after its first pass was requested, unless it is full."""
    executors: int = 1
    """Batches at a time, each by its own processor."""

    def service_s(self, batch: int) -> float:
        """Return how long a batch of this size takes."""
        return self.pass_s + self.more_s * (batch - 1)


@dataclass(frozen=True)
class Done:
    """A computed pass."""

    arrival: Arrival
    start_s: float
    stop_s: float
    batch: int

    @property
    def sojourn_s(self) -> float:
        """From the request to the words."""
        return self.stop_s - self.arrival.at_s


class _Queue:
    """Waiting passes, finals first; a seat has at most one partial under way."""

    def __init__(self) -> None:
        self._finals: deque[Arrival] = deque()
        self._partials: deque[Arrival] = deque()
        self._partial_until_s: dict[int, float] = {}
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._finals) + len(self._partials)

    def add(self, arrival: Arrival) -> None:
        """Add a pass; a partial is dropped while the one before it is under way."""
        if arrival.is_final:
            self._finals.append(arrival)
        elif self._partial_until_s.get(arrival.seat, -math.inf) > arrival.at_s:
            self.dropped += 1
        else:
            self._partials.append(arrival)
            self._partial_until_s[arrival.seat] = math.inf

    def first_s(self) -> float:
        """Return when the pass that waits longest was requested."""
        return min(queue[0].at_s for queue in (self._finals, self._partials) if queue)

    def take(self, largest: int) -> list[Arrival]:
        """Remove the passes of the next batch, and return them."""
        return [(self._finals or self._partials).popleft() for _ in range(min(largest, len(self)))]

    def finish(self, batch: Sequence[Arrival], stop_s: float) -> None:
        """Note when the partials of a batch are done."""
        self._partial_until_s |= {each.seat: stop_s for each in batch if not each.is_final}


def simulate(arrivals: Sequence[Arrival], server: Server) -> tuple[list[Done], int]:
    """Return the computed passes in the order of their batches, and how many partials were dropped.

    Args:
        arrivals: Ordered by their time.
        server: What computes them.
    """
    queue, done = _Queue(), []
    free_s = [0.0] * server.executors
    coming = deque(arrivals)
    while coming or len(queue):
        if not len(queue):
            queue.add(coming.popleft())
            continue
        idle_s = free_s[0]
        due_s = max(idle_s, queue.first_s() + server.window_s)
        while coming and len(queue) < server.largest_batch and coming[0].at_s <= due_s:
            queue.add(coming.popleft())
        while coming and coming[0].at_s <= idle_s:  # they came while all executors were busy
            queue.add(coming.popleft())
        batch = queue.take(server.largest_batch)
        newest_s = max(each.at_s for each in batch)
        start_s = max(idle_s, newest_s) if len(batch) == server.largest_batch else due_s
        stop_s = start_s + server.service_s(len(batch))
        heapq.heapreplace(free_s, stop_s)
        queue.finish(batch, stop_s)
        done += [Done(each, start_s, stop_s, len(batch)) for each in batch]
    return done, queue.dropped
