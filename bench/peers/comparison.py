"""Runs `bench peers`: the neutral benchmark on a corpus, or on the shipped interview."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from bench.latency.live import Plan, build_timeline
from bench.latency.turn_rows import write_turn_rows
from bus.failures import MachineFailure
from livebench.comparing import compare
from livebench.data.rows import read_rows
from livebench.failures import Failure as LivebenchFailure
from livebench.systems.catalogue import chosen
from livebench.trials import Comparison
from session.models import store


def compare_peers(
    plan: Plan,
    systems: Sequence[str],
    weights: Path | None,
    results: Path,
    report: Path | None,
    *,
    sweep: bool,
    ray: str = "",
) -> None:
    """Play the plan's turns, one after another, to the named systems, or to all that are installed.

    Raises:
        InputFailure: The corpus has nothing to play.
        ModelFailure: The weights are missing.
        MachineFailure: No system could be played to, or no round counts.
    """
    weights = weights or store.find("base")
    homes = Path(platformdirs.user_cache_dir("cuecard", appauthor=False)) / "peers"
    with tempfile.TemporaryDirectory() as folder:
        write_turn_rows(build_timeline(plan), Path(folder))
        try:
            comparison = Comparison(
                chosen(list(systems)),
                homes.absolute(),
                weights.absolute(),
                results.absolute(),
                plan.runs,
                sweep,
                plan.load,
                Path(folder),
            )
            compare(comparison, Path(folder), read_rows(Path(folder)), plan.seed, report, ray=ray)
        except LivebenchFailure as failure:
            raise MachineFailure(failure.problem, kept=failure.kept, fix=failure.fix) from failure
