"""Prints a measurement: a table, then one JSON line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from rich.console import Console
from rich.table import Table


def show(
    title: str,
    rows: Sequence[Sequence[str]],
    figures: Mapping[str, object],
    *,
    head: Sequence[Sequence[str]] = (),
) -> None:
    """Print rows for people and figures for programs; infinite values are null in JSON.

    Args:
        title: Name of the measurement.
        rows: Label and value.
        figures: The same for programs.
        head: A separate table above them: names of columns, then rows.
    """
    console = Console(highlight=False, soft_wrap=True, markup=False, width=200)
    console.print(title)
    if head:
        console.print(_table(head[1:], head[0]))
        console.print()
    console.print(_table(rows))
    print(msgspec.json.encode({"bench": title, **figures}).decode(), flush=True)


def _table(rows: Sequence[Sequence[str]], names: Sequence[str] = ()) -> Table:
    table = Table(box=None, show_header=bool(names), pad_edge=False, header_style="dim")
    for number, name in enumerate(names):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    return table
