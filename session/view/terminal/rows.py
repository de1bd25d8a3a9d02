"""Wraps, cuts and fits content into rows of a terminal. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.segment import Segment

Row = list[Segment]


def wrapped(console: Console, content: Sequence[RenderableType], columns: int) -> list[Row]:
    """Return the rows of the content at this width."""
    options = console.options.update(width=max(columns, 1), height=None)
    return [row for each in content for row in console.render_lines(each, options, pad=False)]


def fit(drawn: Sequence[Row], rows: int) -> list[Row]:
    """Return exactly this many rows, the first ones."""
    return [*drawn[:rows], *([[]] * (rows - len(drawn)))]


def cut(drawn: list[Row], rows: int, columns: int) -> list[Row]:
    """Return the first rows; an ellipsis stands where some are missing."""
    if len(drawn) <= rows or rows == 0:
        return drawn[:rows]
    last = Segment.adjust_line_length(drawn[rows - 1], columns - 1, pad=False)
    return [*drawn[: rows - 1], [*last, Segment("…")]]


def cells_of(row: Row) -> int:
    """Return the width of a row in cells."""
    return sum(segment.cell_length for segment in row)
