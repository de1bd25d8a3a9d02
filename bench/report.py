"""How a measurement is printed: a table, then one JSON line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table


def show(title: str, rows: Sequence[tuple[str, str]], figures: Mapping[str, object]) -> None:
    """Print rows for people and figures for programs."""
    table = Table(title=title, title_justify="left", box=None, show_header=False, pad_edge=False)
    for label, value in rows:
        table.add_row(label, value)
    Console(highlight=False, soft_wrap=True).print(table)
    print(json.dumps({"bench": title, **figures}))
