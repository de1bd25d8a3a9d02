"""Stored tables, and the origin of tables and pages, for computing them again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from livebench import __version__
from livebench.failures import InputFailure
from livebench.results.run_file import PRINTED, Run, hash_of

_IN_PAGE = re.compile(rb'<script type="application/json" id="origin">(.*?)</script>')


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What a table or page was made from, and by which versions."""

    livebench: str
    plotly: str
    runs: list[str]
    """Hashes of what was observed in each run, in the order of pooling."""


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """A table as it was printed."""

    origin: Origin
    lines: list[str]


def origin_of(runs: Iterable[Run]) -> Origin:
    """Return what a table or page of these runs is made from, by this program."""
    return Origin(
        livebench=__version__,
        plotly=importlib.metadata.version("plotly"),
        runs=[hash_of(run) for run in runs],
    )


def write_printed(folder: Path, runs: Sequence[Run], text: str) -> Path:
    """Store a printed table beside its run files, under a name for these runs."""
    origin = origin_of(runs)
    name = hashlib.sha256("".join(origin.runs).encode()).hexdigest()[:8]
    path = folder / f"{PRINTED}{name}.json"
    printed = msgspec.json.encode(Printed(origin=origin, lines=text.splitlines()))
    path.write_bytes(msgspec.json.format(printed, indent=1) + b"\n")
    return path


def tables_of(paths: Iterable[Path]) -> list[Path]:
    """Return the stored tables in folders, and below them."""
    return [table for path in paths if path.is_dir() for table in sorted(path.rglob(f"{PRINTED}*.json"))]


def read_printed(path: Path) -> Printed:
    """Return a stored table.

    Raises:
        InputFailure: It is of another kind.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Printed)
    except msgspec.DecodeError as error:
        raise InputFailure(f"{path} is no printed table: {error}") from error


def origin_in(page: Path) -> Origin:
    """Return what a page says that it was made from.

    Raises:
        InputFailure: It says nothing, or other versions drew it.
    """
    found = _IN_PAGE.search(page.read_bytes())
    if not found:
        raise InputFailure(f"{page.name} does not say from which runs it was made")
    origin, own = msgspec.json.decode(found[1], type=Origin), origin_of([])
    if (origin.livebench, origin.plotly) != (own.livebench, own.plotly):
        raise InputFailure(
            f"{page.name} was drawn by livebench {origin.livebench} with plotly {origin.plotly}",
            fix="install these versions to check it",
        )
    return origin
