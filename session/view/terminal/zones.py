"""Divides the rows of a terminal among the zones of the view. Pure.

The zones depend on the size of the terminal and on whether there is a question, not on how much was answered,
so nothing moves while an answer arrives.
"""

from __future__ import annotations

from dataclasses import dataclass

_HEADLINE = 4
"""Rows of an answer without details."""


@dataclass(frozen=True)
class Zones:
    """Rows of each zone, from top to bottom."""

    sources: int
    question: int
    answer: int
    passages: int
    captions: int
    problems: int
    left_machine: int
    keys: int


def divide(
    rows: int, *, question: int, passages: int, problems: int, keys: int = 1, details: bool = True
) -> Zones:
    """Return how many rows each zone gets.

    Args:
        rows: Rows of the terminal.
        question: Rows that the question needs; 0 if there is none.
        passages: Rows that the passages need.
        problems: Rows that the problems need.
        keys: Rows that the keys need.
        details: Whether more than the first sentence of an answer is shown.
    """
    small = rows < 10
    sources, keys = int(rows > 4), keys if rows > 2 else 0
    left_machine = int(not small)
    problems = min(problems, 0 if rows < 6 else 1 if small else 2)
    free = rows - sources - keys - left_machine - problems
    if not question:
        return Zones(sources, 0, 0, 0, max(free, 0), problems, left_machine, keys)
    question = max(min(question, 3 if rows >= 30 else 2, free // 4), 1)
    captions = free // 3 if not small else free // 4
    passages = min(passages, 0 if small else 2 if rows < 24 else 3 if rows < 40 else 6)
    answer = max(free - question - captions - passages, 0)
    if not details:
        answer, captions = min(answer, _HEADLINE), captions + max(answer - _HEADLINE, 0)
    return Zones(sources, question, answer, passages, captions, problems, left_machine, keys)
