"""Compares systems: plays all trials and shows tables, curves and a page."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from livebench.data.rows import Row, read_audio
from livebench.data.stream import lay_out
from livebench.failures import Failure, MachineFailure
from livebench.results.curve import curves, operating_points
from livebench.results.pooling import Result, grouped, pool
from livebench.results.run_file import Run
from livebench.results.table import HEAD, rows
from livebench.systems.catalogue import missing_variable
from livebench.systems.installing import is_installed
from livebench.systems.system import System
from livebench.trials import Comparison, print_progress, run_all, trials


def compare(
    comparison: Comparison, data: Path, chosen: Sequence[Row], seed: int, report: Path | None
) -> None:
    """Play, print the table, and write the page.

    Raises:
        InputFailure: A recording cannot be read.
        MachineFailure: No system is installed, or no round counts.
    """
    here = [each for each in comparison.systems if not obstacle(each, comparison.homes)]
    for system in comparison.systems:
        if system not in here:
            print_progress(f"left out: {system.title} ({obstacle(system, comparison.homes)})")
    if not here:
        raise MachineFailure("no system can run", kept="nothing was played", fix="see the lines above")
    comparison = dataclasses.replace(comparison, systems=here)
    stream, samples = lay_out(chosen, partial(read_audio, data), seed)
    count = len(trials(comparison))
    print_progress(f"{len(stream.turns)} turns, {stream.seconds:.0f} s, {count} rounds")
    runs: list[Run] = []
    for trial, outcome in run_all(comparison, stream, samples):
        print_progress(_line(trial.position + 1, count, trial.label, outcome))
        if isinstance(outcome, Run):
            runs.append(outcome)
    if not runs:
        raise MachineFailure("no system could be played to", kept="nothing was written")
    show_all(runs, report)
    void = [run for run in runs if run.figures.void]
    if len(void) == len(runs):
        raise MachineFailure(
            f"VOID: {void[0].figures.void[0]}",
            kept="run files are written",
            fix="run again on an idle machine",
        )


def obstacle(system: System, homes: Path) -> str:
    """Return what keeps a system from running, with what to do; or nothing."""
    if not is_installed(homes, system.home):
        return f"livebench install {system.home} --homes {homes}"
    variable = missing_variable(system)
    return f"set {variable}" if variable else ""


def show_all(runs: Sequence[Run], report: Path | None) -> None:
    """Print a table for each machine, stream and load, then one JSON line; write the page."""
    results = pool(runs)
    console = Console(highlight=False, soft_wrap=True, markup=False, width=260)
    for group in grouped(results):
        first = group[0]
        console.print(
            f"stream {first.stream[:8]}, {first.turns} turns, {first.holds} holds; "
            f"machine {first.machine}; load {first.load}"
        )
        console.print(_table(HEAD, rows(group)))
        console.print()
        for line in _operating_lines(group):
            console.print(line)
    if report:
        from livebench.results.board_page import write_board_page

        write_board_page(report, runs)
    print(msgspec.json.encode({"bench": "livebench", "results": facts(results)}).decode(), flush=True)


def _operating_lines(group: Sequence[Result]) -> list[str]:
    lines = []
    for name, points in curves(group).items():
        title = next(each.title for each in group if each.system == name)
        found = operating_points(name, title, points, mean=True)
        cuts = [f"{_known(rate, '.1%')} cut within {at:.1f} s" for at, rate in found.cut_rate_at_s.items()]
        times = [
            f"{_known(at_s, '.2f')} s at {rate:.0%} cut" for rate, at_s in found.latency_at_cut_rate_s.items()
        ]
        lines.append(f"{title}: {', '.join([*cuts, *times])}")
    return lines


def _known(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def facts(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return the results for programs; infinite values are null."""
    return [msgspec.json.decode(msgspec.json.encode(each)) for each in results]


def _line(position: int, count: int, label: str, outcome: Run | Failure) -> str:
    if not isinstance(outcome, Run):
        return f"{position} of {count}: {label}: {outcome}"
    finals = [turn.final_s for turn in outcome.figures.scores.turns]
    there = sorted(each if each is not None else math.inf for each in finals)
    void = f", VOID: {outcome.figures.void[0]}" if outcome.figures.void else ""
    return f"{position} of {count}: {label}: median {there[len(there) // 2]:.2f} s{void}"


def _table(names: Sequence[str], lines: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for number, name in enumerate(names):
        table.add_column(name, justify="right" if number else "left")
    for line in lines:
        table.add_row(*line)
    return table
