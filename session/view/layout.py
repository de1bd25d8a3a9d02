"""Sections under each other in a limited number of rows: what matters least is cut first."""

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
    """Sections of less worth are cut before those of more."""
    least: int = 1
    """So many rows are kept while other sections can be cut."""
    keeps_end: bool = True
    """Whether the last rows are kept, or the first."""


class Fitted:
    """Draws sections in at most so many rows.

    Args:
        sections: From top to bottom.
        rows: How many there are.
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
        sections: Of each, how many rows it has, how many it wants at least, and its worth.
        rows: How many there are together.
    """
    counts = [count for count, _, _ in sections]
    by_worth = sorted(range(len(sections)), key=lambda number: sections[number][2])
    for spared in (True, False):
        for number in by_worth:
            least = min(sections[number][1], counts[number]) if spared else 0
            excess = max(sum(counts) - rows, 0)
            counts[number] -= min(excess, counts[number] - least)
    return counts
