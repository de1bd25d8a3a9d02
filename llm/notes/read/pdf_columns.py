"""Finds the reading order of lines: columns one by one, tables row by row.

Pure. A gap may separate columns or table cells. In columns, one side often continues a sentence where the
other begins one; in a table, both begin a new entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

HYPHEN = "\u00ad"
"""Marks a word that was hyphenated at the end of a line."""

_SAME_BASELINE = 0.35
"""In font sizes: lines closer than this share a baseline."""
_NARROWEST_GUTTER = 0.8
"""In font sizes."""
_FEWEST_ROWS = 3
"""Of each column."""
_NEXT_LINE = 1.9
"""In font sizes: a line further down begins a new block."""
_FEW_SHARED = 0.5
"""With a smaller share of common baselines, two sides are not a table."""
_BULLETS = ("•", "●", "○", "▪", "■", "–", "➢", "✓")
_MOST_ROWS = 400
_MOST_CANDIDATES = 24
_DEEPEST = 3
"""Nesting of columns."""


@dataclass(frozen=True)
class Line:
    """A printed line."""

    page: int
    """From 1."""
    text: str
    """Its words, with " | " for wide gaps."""
    left: float
    right: float
    bottom: float
    """In points, from the page's lower left corner."""
    size: float
    """Font size in points."""
    bold: bool
    first_word_width: float


Row = list[Line]
"""The cells on one baseline, from left to right."""


@dataclass(frozen=True)
class _Band:
    """Rows with a gutter between two columns."""

    start: int
    stop: int
    middle: float
    """Middle of the gutter."""


def reading_order(rows: Sequence[Row]) -> list[Line]:
    """Return the lines of a page in reading order.

    Args:
        rows: The lines in the file's order, each split at wide gaps.
    """
    cells = [cell for row in rows for cell in row]
    by_baseline = _by_baseline(cells)
    place = {id(cell): number for number, row in enumerate(rows) for cell in row}
    if len(by_baseline) <= _MOST_ROWS and any(
        _mixes(by_baseline[band.start : band.stop], band.middle, place) for band in _bands(by_baseline)
    ):
        return list(_in_columns(by_baseline, _DEEPEST))
    return [_joined(row) for row in rows]


def _by_baseline(cells: Sequence[Line]) -> list[Row]:
    """Return the rows of a page from top to bottom."""
    rows: list[Row] = []
    for cell in sorted(cells, key=lambda cell: -cell.bottom):
        if rows and rows[-1][0].bottom - cell.bottom < _SAME_BASELINE * min(cell.size, rows[-1][0].size):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [sorted(row, key=lambda cell: cell.left) for row in rows]


def _joined(row: Row) -> Line:
    """Return a row as one line."""
    if len(row) == 1:
        return row[0]
    text = " | ".join(cell.text for cell in row)
    return replace(row[0], text=text, right=row[-1].right, bold=row[0].bold and row[-1].bold)


def _in_columns(rows: Sequence[Row], depth: int) -> Iterator[Line]:
    """Yield the lines of these rows, bands of columns column by column."""
    done = 0
    for band in _bands(rows) if depth else ():
        yield from map(_joined, rows[done : band.start])
        left, right = _sides(rows[band.start : band.stop], band.middle)
        yield from _in_columns([row for row in left if row], depth - 1)
        yield from _in_columns([row for row in right if row], depth - 1)
        done = band.stop
    yield from map(_joined, rows[done:])


def _bands(rows: Sequence[Row]) -> list[_Band]:
    """Return the bands of columns from top to bottom, preferring taller ones."""
    found = {band for gutter, at in _gutters(rows) if (band := _grown(rows, gutter, at)) is not None}
    chosen: list[_Band] = []
    for band in sorted(found, key=lambda band: (band.start - band.stop, band.start, band.middle)):
        apart = all(band.stop <= other.start or band.start >= other.stop for other in chosen)
        if apart and _are_columns(*_sides(rows[band.start : band.stop], band.middle)):
            chosen.append(band)
    return sorted(chosen, key=lambda band: band.start)


def _gutters(rows: Sequence[Row]) -> list[tuple[tuple[float, float], int]]:
    """Return possible gutters, each with a row: between cells, and between adjacent rows."""
    seen: dict[tuple[int, int], tuple[tuple[float, float], int]] = {}
    for at, (row, following) in enumerate(pairwise([*rows, []])):
        neighbours = [*pairwise(row)]
        if following:
            one, other = sorted((row[-1], following[0]), key=lambda cell: cell.left)
            neighbours.append((one, other))
        for one, other in neighbours:
            if other.left - one.right >= _NARROWEST_GUTTER * one.size:
                seen.setdefault((round(other.left / 12), at // 12), ((one.right, other.left), at))
    return list(seen.values())[:_MOST_CANDIDATES]


def _grown(rows: Sequence[Row], gutter: tuple[float, float], at: int) -> _Band | None:
    """Return the band of rows that do not cross the gutter."""
    start, stop = at, at
    for _ in range(2):  # growing in one direction narrows the gutter for the other
        while stop < len(rows) and (narrower := _narrowed(gutter, rows[stop])):
            gutter, stop = narrower, stop + 1
        while start > 0 and (narrower := _narrowed(gutter, rows[start - 1])):
            gutter, start = narrower, start - 1
    return _Band(start, stop, sum(gutter) / 2) if stop - start >= _FEWEST_ROWS else None


def _narrowed(gutter: tuple[float, float], row: Row) -> tuple[float, float] | None:
    """Return the gutter without the cells of a row, None when it is too narrow."""
    left, right = gutter
    middle = (left + right) / 2
    for cell in row:
        if (cell.left + cell.right) / 2 < middle:
            left = max(left, cell.right)
        else:
            right = min(right, cell.left)
    return (left, right) if right - left >= _NARROWEST_GUTTER * row[0].size else None


def _sides(rows: Sequence[Row], middle: float) -> tuple[list[Row], list[Row]]:
    """Return the rows left and right of a gutter; rows without text on a side are empty."""
    left = [[cell for cell in row if cell.right <= middle] for row in rows]
    right = [[cell for cell in row if cell.right > middle] for row in rows]
    return left, right


def _are_columns(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Return whether two sides are columns instead of table cells."""
    counts = [sum(map(bool, side)) for side in (left, right)]
    if min(counts) < _FEWEST_ROWS:
        return False
    shared = [number for number in range(len(left)) if left[number] and right[number]]
    if len(shared) < _FEW_SHARED * min(counts):
        return True
    continuing = [_continuing(side) for side in (left, right)]
    both = sum(number in continuing[0] and number in continuing[1] for number in shared)
    one = sum((number in continuing[0]) != (number in continuing[1]) for number in shared)
    starts = len(shared) - 1 - both - one
    if sum(_is_entry(left[number]) and _is_entry(right[number]) for number in shared) >= 2:
        return True
    return both + one >= 2 and (starts <= 1 or (one >= 1 and 2 * one >= starts - 1))


def _continuing(side: Sequence[Row]) -> set[int]:
    """Return the rows of a side that continue the sentence of the previous row."""
    found: set[int] = set()
    last: Line | None = None
    for number, row in enumerate(side):
        if not row:
            continue
        if (
            last is not None
            and last.bottom - row[0].bottom <= _NEXT_LINE * last.size
            and _continues(last, row[0])
        ):
            found.add(number)
        last = row[-1]
    return found


def _continues(line: Line, following: Line) -> bool:
    if line.text.endswith((HYPHEN, "-", ",")):
        return True
    begins = following.text[0]
    ended = line.text.endswith((".", "!", "?", ":", ";"))
    return begins.islower() and not ended and line.size == following.size and len(line.text.split()) > 1


def _is_entry(row: Row) -> bool:
    return row[0].text.startswith(_BULLETS)


def _mixes(rows: Sequence[Row], middle: float, place: dict[int, int]) -> bool:
    """Return whether the file's order alternates between the sides of a gutter, or begins on the right."""
    cells = sorted((cell for row in rows for cell in row), key=lambda cell: place[id(cell)])
    sides = [cell.right > middle for cell in cells]
    return sides[0] or sum(one != other for one, other in pairwise(sides)) > 1
