"""Recomputes every figure of run files from their raw stamps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from livebench.results.figures import equal, figures
from livebench.results.run_file import Run, read_run


def differences(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield each file, and whether its recomputed figures are equal.

    Raises:
        InputFailure: A file is no run file.
    """
    for path in paths:
        run = read_run(path)
        yield path, equal(recomputed(run).figures, run.figures)


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
