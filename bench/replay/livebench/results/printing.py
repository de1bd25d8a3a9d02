"""Prints results: tables, operating points, and one JSON line."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import msgspec
from rich.console import Console
from rich.table import Table

from livebench.results.curve import curves, operating_points
from livebench.results.pooling import Result, grouped, pool
from livebench.results.run_file import Run
from livebench.results.table import HEAD, rows


def show_all(runs: Sequence[Run], report: Path | None = None) -> str:
    """Print all results, write the page, and return what was printed."""
    text = _show(runs, None)
    if report:
        from livebench.results.board_page import write_board_page

        write_board_page(report, runs)
    return text


def text_of(runs: Sequence[Run]) -> str:
    """Return what `show_all` prints."""
    return _show(runs, io.StringIO())


def _show(runs: Sequence[Run], file: TextIO | None) -> str:
    results = pool(runs)
    console = Console(
        file=file, highlight=False, soft_wrap=True, markup=False, emoji=False, width=320, record=True
    )
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
    console.print(msgspec.json.encode({"bench": "livebench", "results": facts(results)}).decode())
    return console.export_text()


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


def _table(names: Sequence[str], lines: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for number, name in enumerate(names):
        table.add_column(name, justify="right" if number else "left")
    for line in lines:
        table.add_row(*line)
    return table
