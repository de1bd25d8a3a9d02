"""Experiments with the simulation: latency against seats, seats at a target, admission. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np

from bench.seats.server import Done, Server, simulate
from bench.seats.workload import Arrival, Speech, arrivals
from livebench.scoring.intervals import quantile

_WARM_UP_S = 5.0
"""Passes requested earlier do not count: the queue is empty at the start."""
MOST_SEATS = 256
"""More are not simulated."""
_MOST_DROPPED = 0.1
_MEASURED_S = 20.0
"""Span of finals from which admission measures its percentile."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """Latency of finals with a number of seats; from the request to the words, the network included."""

    seats: int
    p50_ms: float
    p95_ms: float
    load: float
    """Share of the executors' time that is used."""
    batch: float
    """Passes in a batch, on average."""
    dropped: float
    """Share of partials that were dropped because the one before was under way."""
    passes_per_s: float


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """What a server does that admits seats while its measured percentile is at the target or below."""

    admitted: int
    refused: int
    p95_ms: float
    """Of all finals after the last seat was admitted."""


@dataclass(frozen=True)
class Trials:
    """What all points of an experiment share."""

    speech: Speech
    network_s: float
    """There and back."""
    seconds: float
    seed: int


def point(trials: Trials, server: Server, seats: int) -> Point:
    """Simulate a number of seats."""
    passes = requested(trials, seats)
    done, dropped = simulate(passes, server)
    counted = [each for each in done if each.arrival.at_s >= _WARM_UP_S]
    busy_s = sum((each.stop_s - each.start_s) / each.batch for each in done)
    partials = sum(not each.is_final for each in passes)
    return Point(
        seats=seats,
        p50_ms=_latency_ms(counted, 0.50, trials.network_s),
        p95_ms=_latency_ms(counted, 0.95, trials.network_s),
        load=busy_s / server.executors / max(trials.seconds, max(each.stop_s for each in done)),
        batch=len(done) / sum(1 / each.batch for each in done),
        dropped=dropped / partials if partials else 0.0,
        passes_per_s=len(passes) / trials.seconds,
    )


def most_seats(trials: Trials, server: Server, target_ms: float) -> int:
    """Return the largest number of seats that the server carries, from 0 to `MOST_SEATS`.

    It carries them while the p95 is at the target or below and at most a tenth of the partials is dropped.
    """

    def carries(seats: int) -> bool:
        found = point(trials, server, seats)
        return found.p95_ms <= target_ms and found.dropped <= _MOST_DROPPED

    low, high = 0, 1
    while carries(high):
        low, high = high, high * 2
        if low >= MOST_SEATS:
            return MOST_SEATS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if carries(middle) else (low, middle)
    return low


def admit(trials: Trials, server: Server, target_ms: float, asking: int, every_s: float) -> Admission:
    """Let seats ask one after another, and admit each while the percentile measured last is at the target.

    Args:
        trials: Its seconds follow the last request.
        server: What computes the passes.
        target_ms: Highest p95 of the finals of the last 20 s at which a seat is admitted.
        asking: How many seats ask.
        every_s: Time between two of them.
    """
    passes: list[Arrival] = []
    end_s = asking * every_s + trials.seconds
    admitted, last_s = 0, 0.0
    for number in range(asking):
        now_s = number * every_s
        if _measured_ms(trials, server, passes, now_s) <= target_ms:
            chance = np.random.default_rng([trials.seed, number])
            new = arrivals(trials.speech, number, end_s - now_s, chance)
            passes += [Arrival(each.at_s + now_s, each.seat, each.is_final) for each in new]
            passes.sort(key=lambda each: each.at_s)
            admitted, last_s = admitted + 1, now_s
    done, _ = simulate(passes, server)
    counted = [each for each in done if each.arrival.at_s >= last_s]
    return Admission(
        admitted=admitted, refused=asking - admitted, p95_ms=_latency_ms(counted, 0.95, trials.network_s)
    )


def requested(trials: Trials, seats: int) -> list[Arrival]:
    """Return the passes of all seats, ordered by their time; those of a seat do not depend on the others."""
    found = [each for seat in range(seats) for each in _of_seat(trials, seat)]
    return sorted(found, key=lambda each: each.at_s)


@lru_cache(maxsize=2 * MOST_SEATS)
def _of_seat(trials: Trials, seat: int) -> list[Arrival]:
    return arrivals(trials.speech, seat, trials.seconds, np.random.default_rng([trials.seed, seat]))


def _measured_ms(trials: Trials, server: Server, passes: Sequence[Arrival], now_s: float) -> float:
    since_s = now_s - 2 * _MEASURED_S
    done, _ = simulate([each for each in passes if since_s <= each.at_s <= now_s], server)
    recent = [each for each in done if now_s - _MEASURED_S <= each.arrival.at_s]
    return _latency_ms(recent, 0.95, trials.network_s)


def _latency_ms(done: Sequence[Done], share: float, network_s: float) -> float:
    finals = [each.sojourn_s for each in done if each.arrival.is_final]
    return (quantile(finals, share) + network_s) * 1000 if finals else 0.0
