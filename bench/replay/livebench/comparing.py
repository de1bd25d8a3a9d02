"""Compares systems: plays all trials and shows tables, curves and a page."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from livebench.data.rows import Row, read_audio
from livebench.data.stream import Stream, lay_out
from livebench.failures import Failure, InputFailure, MachineFailure
from livebench.results.printed import write_printed
from livebench.results.printing import show_all
from livebench.results.run_file import Run
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
    write_printed(comparison.results, runs, show_all(runs, report))
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


def _line(position: int, count: int, label: str, outcome: Run | Failure) -> str:
    if not isinstance(outcome, Run):
        return f"{position} of {count}: {label}: {outcome}"
    finals = [turn.final_s for turn in outcome.figures.scores.turns]
    there = sorted(each if each is not None else math.inf for each in finals)
    void = f", VOID: {outcome.figures.void[0]}" if outcome.figures.void else ""
    return f"{position} of {count}: {label}: median {there[len(there) // 2]:.2f} s{void}"
