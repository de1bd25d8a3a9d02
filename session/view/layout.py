"""Fits sections into a limited number of rows, cutting the least important first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment


@dataclass(frozen=True)
class Section:
    """A part of what is shown."""

    content: RenderableType
    worth: int
    """Sections of lower worth are cut first."""
    least: int = 1
    """Rows that remain while other sections can still be cut."""
    keeps_end: bool = True
    """Whether the last rows remain, or the first."""


class Fitted:
    """Draws sections in at most `rows` rows.

    Args:
        sections: From top to bottom.
        rows: Rows available.
    """

    def __init__(self, sections: Sequence[Section], rows: int) -> None:
        self._sections = sections
        self._rows = max(rows, 1)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the rows (rich's protocol)."""
        free = options.update(height=None)
        rendered = [console.render_lines(section.content, free, pad=False) for section in self._sections]
        counts = shares(
            [
                (len(lines), section.least, section.worth)
                for lines, section in zip(rendered, self._sections, strict=True)
            ],
            self._rows,
        )
        for lines, section, count in zip(rendered, self._sections, counts, strict=True):
            for line in lines[len(lines) - count :] if section.keeps_end else lines[:count]:
                yield from line
                yield Segment.line()


def shares(sections: Sequence[tuple[int, int, int]], rows: int) -> list[int]:
    """Return how many rows each section gets. Pure.

    Args:
        sections: For each, its rows, its least rows, and its worth.
        rows: Rows available for all together.
    """
    counts = [count for count, _, _ in sections]
    by_worth = sorted(range(len(sections)), key=lambda number: sections[number][2])
    for spared in (True, False):
        for number in by_worth:
            least = min(sections[number][1], counts[number]) if spared else 0
            excess = max(sum(counts) - rows, 0)
            counts[number] -= min(excess, counts[number] - least)
    return counts
