"""Runs `bench cores`: compares placements of the stages with the defaults and recommends one.

All candidates are screened in two rounds, forth and back. The best is then confirmed in rounds of its own, so
that the interval of the recommendation does not contain the luck of having been chosen.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.cores.calibration import disturbed
from bench.cores.judging import Comparison, Trial, compare, is_recommended, noise
from bench.cores.placements import DEFAULTS, Placement
from bench.cores.playing import Player
from bench.cores.table import HEAD, advice, confirmed_rows, notes, row
from bench.harness.report import show
from bench.latency.live import Plan, build_timeline, find_references
from bus.failures import MachineFailure
from livebench.playing.load import usable_cores
from session.setup.settings.settings_file import store

_SCREENING_ROUNDS = 2


@dataclass(frozen=True)
class Sweep:
    """Placements to compare, and how."""

    placements: Sequence[Placement]
    plan: Plan
    rounds: int
    """Rounds in which the best is confirmed."""
    write: bool = False
    """Whether to write a recommendation to the user's settings file."""


@dataclass(frozen=True)
class _Outcome:
    screened: list[Trial]
    confirmed: list[Trial]
    placement: Placement
    """The best of the screening."""

    def counted(self) -> list[Trial]:
        """Return the trials that count: on time, and on an undisturbed machine."""
        return _counted([*self.screened, *self.confirmed])


def pinnable_cores() -> list[int]:
    """Return the cores that stages can be pinned to; empty where a system pins nothing."""
    return usable_cores() if hasattr(psutil.Process, "cpu_affinity") else []


def measure(sweep: Sweep) -> None:
    """Play, print the table and the recommendation, and write it if the sweep says so.

    Raises:
        MachineFailure: Too few runs count to compare anything.
        Failure: A session failed, or the settings file cannot be written.
    """
    timeline = build_timeline(sweep.plan)
    with tempfile.TemporaryDirectory() as directory:
        references = find_references(timeline, sweep.plan)
        player = Player(timeline, references, sweep.plan, Path(directory))
        player.check([DEFAULTS, *sweep.placements])
        outcome = _play(player, sweep)
    recommended = _show(sweep, outcome, player.environment)
    if sweep.write and recommended:
        changes = {("session", "cores"): recommended.cores, ("session", "niceness"): recommended.niceness}
        file = store({setting: value or None for setting, value in changes.items()})
        print(f"bench: written to {file}", file=sys.stderr)


def _play(player: Player, sweep: Sweep) -> _Outcome:
    screened = player.rounds(sweep.placements, _SCREENING_ROUNDS) if len(sweep.placements) > 1 else []
    compared = _screened(_counted(screened), sweep.placements)
    best = min(compared, key=lambda each: each.score).name if compared else sweep.placements[0].name
    placement = next(each for each in sweep.placements if each.name == best)
    return _Outcome(screened, player.rounds([placement], sweep.rounds), placement)


def _show(sweep: Sweep, outcome: _Outcome, surroundings: dict[str, Any]) -> Placement | None:
    """Print what was found, and return the recommended placement."""
    counted = _counted(outcome.confirmed, beside=outcome.screened)
    defaults = _of(counted, DEFAULTS)
    found, own_noise = compare(defaults, _of(counted, outcome.placement)), noise(defaults)
    recommended = outcome.placement if found and is_recommended(found, own_noise) else None
    compared = _screened(_counted(outcome.screened, beside=outcome.confirmed), sweep.placements)
    trials = [*outcome.screened, *outcome.confirmed]
    void = len(trials) - len(outcome.counted())
    facts = {
        "screened": compared,
        "confirmed": found,
        "noise": {"p50": own_noise[0], "p95": own_noise[1]},
        "recommended": recommended.settings() if recommended else None,
        "void_runs": void,
        "trials": trials,
        **surroundings,
    }
    head = [HEAD, *(row(each, "screened") for each in compared), *confirmed_rows(found)]
    text = [*notes(sweep.plan.load, trials, void, own_noise), *advice(recommended, found, sweep.write)]
    show("cores", text, facts, head=head)
    if found is None:
        raise MachineFailure(
            "VOID: too few runs count to compare anything",
            kept="your settings as they were",
            fix="run again on an idle machine",
        )
    return recommended


def _screened(counted: Sequence[Trial], placements: Sequence[Placement]) -> list[Comparison]:
    defaults = _of(counted, DEFAULTS)
    found = [compare(defaults, _of(counted, placement)) for placement in placements]
    return [each for each in found if each]


def _counted(trials: Sequence[Trial], beside: Sequence[Trial] = ()) -> list[Trial]:
    """Return the trials that count; `beside` are more calibrations to compare theirs with."""
    slow = disturbed([each.pace_s for each in (*trials, *beside)])
    return [each for each, is_slow in zip(trials, slow, strict=False) if not (is_slow or each.is_late)]


def _of(trials: Sequence[Trial], placement: Placement) -> list[Trial]:
    return [each for each in trials if each.placement == placement]
