"""Recomputes every figure of run files, stored tables and pages from raw stamps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from livebench.results.board_page import board_page
from livebench.results.figures import equal, figures
from livebench.results.page import render
from livebench.results.printed import Origin, origin_in, read_printed, tables_of
from livebench.results.printing import text_of
from livebench.results.run_file import Run, files_of, hash_of, read_run

Shown = TypeVar("Shown", str, list[str])


def differences(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each run file, stored table and page (.html) with what is wrong with it, or nothing.

    Raises:
        InputFailure: A file is of another kind, or there is no run file.
    """
    pages = [path for path in paths if path.suffix == ".html"]
    others = [path for path in paths if path not in pages]
    runs: dict[str, Run] = {}
    for path in files_of(others):
        run = read_run(path)
        runs[hash_of(run)] = again = recomputed(run)
        yield path, "" if equal(again.figures, run.figures) else "its figures are not those of its stamps"
    for path in tables_of(others):
        printed = read_printed(path)
        pooled = _named(printed.origin, runs)
        yield path, _fault(pooled, printed.lines, lambda runs: text_of(runs).splitlines())
    for path in pages:
        pooled = _named(origin_in(path), runs)
        yield path, _fault(pooled, path.read_text(encoding="utf-8"), lambda runs: render(board_page(runs)))


def _named(origin: Origin, runs: Mapping[str, Run]) -> list[Run]:
    """Return the runs that a table or page was made from; none if one of them is not there."""
    found = [runs[each] for each in origin.runs if each in runs]
    return found if len(found) == len(origin.runs) else []


def _fault(pooled: list[Run], shown: Shown, compute: Callable[[list[Run]], Shown]) -> str:
    """Return what is wrong with what was shown of these runs, or nothing."""
    if not pooled:
        return "a run that it was made from is not among the files"
    return "" if compute(pooled) == shown else "its figures are not those of its runs"


def recomputed(run: Run) -> Run:
    """Return the run with figures computed again from what was observed."""
    again = figures(
        run.stream,
        run.observed,
        run.clock,
        load_cores=run.conditions.load_cores,
        commits_words=run.system.commits_words,
        packed=run.conditions.packed,
    )
    return msgspec.structs.replace(run, figures=again)
