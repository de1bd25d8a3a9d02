"""Removes the program's own voice from the start of an answer's transcript. Pure.

A user who answers at once is captured in one utterance with the end of the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

_ALIKE = 0.6
"""Least share of the removed words that must be words of the question; Whisper may mishear the others."""

_FEWEST_WORDS = 2
"""A single word is likely the user's own."""


@lru_cache(maxsize=8)
def without_question(text: str, question: str) -> str:
    """Return the text without the question, or end of the question, that it begins with."""
    found = list(_WORD.finditer(text))
    words = [match.group().lower() for match in found]
    asked = [word.lower() for word in _WORD.findall(question)]
    best = max(
        ((_score(words[:cut], asked[-length:]), cut) for cut, length in _cuts(len(words), len(asked))),
        default=(0.0, 0),
    )
    if best[0] <= 0:
        return text
    return text[found[best[1] - 1].end() :].lstrip(" ,.;:!?…-–—")


def _cuts(words: int, asked: int) -> Iterator[tuple[int, int]]:
    """Yield how many words to remove, and how many last words of the question to compare with them."""
    for cut in range(_FEWEST_WORDS, min(words, asked + 1) + 1):
        for length in range(max(cut - 1, 1), min(cut + 1, asked) + 1):
            yield cut, length


def _score(words: Sequence[str], asked: Sequence[str]) -> float:
    """Return how well the words match: equal ones add, different ones subtract."""
    matcher = SequenceMatcher(None, asked, words, autojunk=False)
    right = sum(block.size for block in matcher.get_matching_blocks())
    if right < max(_FEWEST_WORDS, _ALIKE * len(words)):
        return 0.0
    return right - (len(words) - right) / 2
