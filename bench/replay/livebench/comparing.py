"""Compares systems: plays all trials and shows tables, curves and a page."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from livebench.data.rows import Row, read_audio
from livebench.data.stream import Stream, lay_out
from livebench.failures import Failure, InputFailure, MachineFailure
from livebench.results.curve import curves, operating_points
from livebench.results.pooling import Result, grouped, pool
from livebench.results.run_file import Run
from livebench.results.table import HEAD, rows
from livebench.scoring.words import normal_words
from livebench.systems.installing import obstacle
from livebench.trials import Comparison, Trial, print_progress, run_all, trials


def compare(
    comparison: Comparison,
    data: Path,
    chosen: Sequence[Row],
    seed: int,
    report: Path | None,
    *,
    ray: str = "",
    packed: bool = False,
) -> None:
    """Play, print the table, and write the page.

    Args:
        comparison: What is played, and where its results go.
        data: Folder of the rows.
        chosen: The rows.
        seed: Of their order and the silence between them.
        report: Path of the page.
        ray: Address of a Ray cluster; empty to play here.
        packed: Let trials share nodes of the cluster; only their words count.

    Raises:
        InputFailure: A recording cannot be read.
        MachineFailure: No system is installed, or no round counts.
    """
    obstacles = {each.name: obstacle(each, comparison.homes) for each in comparison.systems}
    here = [each for each in comparison.systems if not obstacles[each.name]]
    for system in comparison.systems:
        if obstacles[system.name]:
            print_progress(f"left out: {system.title} ({obstacles[system.name]})")
    if not here:
        raise MachineFailure("no system can run", kept="nothing was played", fix="see the lines above")
    comparison = dataclasses.replace(comparison, systems=here)
    stream, samples = lay_out(chosen, partial(read_audio, data), seed)
    if not any(normal_words(turn.text, turn.language) for turn in stream.turns):
        raise InputFailure("no turn has words", kept="nothing was played")
    count = len(trials(comparison))
    print_progress(f"{len(stream.turns)} turns, {stream.seconds:.0f} s, {count} rounds")
    runs: list[Run] = []
    with _bar(count) as advance:
        for trial, outcome in _outcomes(comparison, stream, samples, ray, packed):
            advance(_line(trial.position + 1, count, trial.label, outcome))
            if isinstance(outcome, Run):
                runs.append(outcome)
    if not runs:
        raise MachineFailure("no system could be played to", kept="nothing was written")
    show_all(runs, report)
    void = [run for run in runs if run.figures.void]
    if len(void) == len(runs) and not packed:
        raise MachineFailure(
            f"VOID: {void[0].figures.void[0]}",
            kept="run files are written",
            fix="run again on an idle machine",
        )


def _outcomes(
    comparison: Comparison, stream: Stream, samples: NDArray[np.int16], ray: str, packed: bool
) -> Iterator[tuple[Trial, Run | Failure]]:
    if not ray:
        return run_all(comparison, stream, samples)
    from livebench.cluster.driver import run_on_ray

    return run_on_ray(comparison, stream, samples, ray, packed=packed)


@contextmanager
def _bar(count: int) -> Iterator[Callable[[str], None]]:
    """Show how many rounds are done, on a terminal as a bar; yields what to call with each line."""
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("rounds", total=count)

        def advance(line: str) -> None:
            console.print(f"livebench: {line}")
            progress.advance(task)

        yield advance


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
