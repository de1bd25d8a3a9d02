"""Runs `bench seats`: simulates seats on each machine and prints the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.harness.report import show
from bench.seats.experiments import MOST_SEATS, Admission, Point, Trials, admit, most_seats, point
from bench.seats.profiles import ASSUMED, TWO_CORES, WINDOWS_MS, Profile, card
from bench.seats.workload import interview

SEATS = (1, 2, 4, 8, 16, 32, 64)
HEADROOMS = (1.0, 0.8)
"""Shares of the target at which admission stops."""

_EVERY_S = 2.0
_MOST_FOR_ADMISSION = 64

Rows = list[list[str]]


@dataclass(frozen=True)
class Simulation:
    """What is simulated."""

    target_ms: float
    """Highest p95 from a request to its words."""
    network_ms: float
    seconds: float
    seed: int
    pass_ms: float | None = None
    """Pass time of a card that the user measured, instead of the assumed ones."""
    more_ms: float = 0.0

    @property
    def trials(self) -> Trials:
        """What all its points share."""
        return Trials(interview(), self.network_ms / 1000, self.seconds, self.seed)

    @property
    def profiles(self) -> Sequence[Profile]:
        """The machines; the one whose table by seats is shown comes second."""
        if self.pass_ms is None:
            return TWO_CORES, ASSUMED[1], ASSUMED[0], ASSUMED[2]
        source = f"given: {self.pass_ms:g} ms a pass, {self.more_ms:g} ms for each further of its batch"
        return TWO_CORES, card("card", self.pass_ms, self.more_ms, source)


def measure(simulation: Simulation, *, markdown: bool) -> None:
    """Simulate and print: as a table and JSON, or as the Markdown of docs/decisions/seats.md."""
    by_seats, at_target = latencies(simulation), seats_at_target(simulation)
    admissions = admitted(simulation)
    if markdown:
        print("\n\n".join(map(_markdown, (by_seats, at_target, admissions))))
        return
    name = simulation.profiles[1].name
    figures = {"latencies": by_seats, "seats": at_target, "admission": admissions, "card": name}
    show("seats", [*at_target, [""], *admissions], figures, head=by_seats)


def latencies(simulation: Simulation) -> Rows:
    """Return p50 and p95 against seats, without batches and with each window."""
    profile = simulation.profiles[1]
    servers = [profile.one_at_a_time(), *map(profile.with_window, WINDOWS_MS)]
    head = [f"{profile.name}: seats", "passes a second", "one at a time", "load"]
    head += [f"batches, {window} ms" for window in WINDOWS_MS]
    head += [
        f"load, {WINDOWS_MS[0]} ms",
        f"in a batch, {WINDOWS_MS[0]} ms",
        f"partials dropped, {WINDOWS_MS[0]} ms",
    ]
    return [
        head,
        *(_latency_row([point(simulation.trials, each, seats) for each in servers]) for seats in SEATS),
    ]


def seats_at_target(simulation: Simulation) -> Rows:
    """Return how many seats each machine carries at the target."""
    target = f"seats with p95 of at most {simulation.target_ms:g} ms, 90 % of the partials"
    head = [target, "one at a time", *(f"batches, {window} ms" for window in WINDOWS_MS), "pass times"]
    return [head, *(_seats_row(simulation, profile) for profile in simulation.profiles)]


def admitted(simulation: Simulation) -> Rows:
    """Return what admission by the measured percentile does when twice as many seats ask as fit."""
    head = [
        "admission while the p95 of the last 20 s is at most",
        "fit",
        "asked",
        "admitted",
        "p95 after that",
    ]
    profile = simulation.profiles[1]
    server = profile.with_window(0)
    fit = most_seats(simulation.trials, server, simulation.target_ms)
    if fit > _MOST_FOR_ADMISSION:
        return [head, [f"not simulated for more than {_MOST_FOR_ADMISSION} seats", str(fit), "", "", ""]]
    rows = []
    for headroom in HEADROOMS:
        limit_ms = simulation.target_ms * headroom
        found = admit(simulation.trials, server, limit_ms, max(2 * fit, 1), _EVERY_S)
        rows.append(_admission_row(limit_ms, fit, found))
    return [head, *rows]


def _latency_row(points: Sequence[Point]) -> list[str]:
    alone, quick = points[0], points[1]
    return [
        str(alone.seats),
        f"{alone.passes_per_s:.1f}",
        _latency(alone),
        f"{alone.load:.2f}",
        *map(_latency, points[1:]),
        f"{quick.load:.2f}",
        f"{quick.batch:.1f}",
        f"{quick.dropped * 100:.0f} %",
    ]


def _latency(found: Point) -> str:
    return f"{found.p50_ms:.0f} / {found.p95_ms:.0f} ms"


def _seats_row(simulation: Simulation, profile: Profile) -> list[str]:
    servers = [profile.one_at_a_time()]
    if profile.server.largest_batch > 1:
        servers += map(profile.with_window, WINDOWS_MS)
    found = [most_seats(simulation.trials, each, simulation.target_ms) for each in servers]
    counts = [f"{MOST_SEATS} or more" if seats == MOST_SEATS else str(seats) for seats in found]
    missing = ["no batches"] * (1 + len(WINDOWS_MS) - len(counts))
    return [profile.name, *counts, *missing, profile.source]


def _admission_row(limit_ms: float, fit: int, found: Admission) -> list[str]:
    asked = found.admitted + found.refused
    return [f"{limit_ms:.0f} ms", str(fit), str(asked), str(found.admitted), f"{found.p95_ms:.0f} ms"]


def _markdown(rows: Rows) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
