"""The program's own voice, as the microphone heard it: cut off the front of what the user said after it.

Pure. Somebody who answers at once is heard in one utterance with the end of the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

_ALIKE = 0.6
"""So much of what is cut off must be words of the question: the rest Whisper misheard."""

_FEWEST_WORDS = 2
"""A word alone may well be the user's own."""


@lru_cache(maxsize=8)
def without_question(text: str, question: str) -> str:
    """Return the text without the question, or the end of one, that it begins with."""
    found = list(_WORD.finditer(text))
    said = [match.group().lower() for match in found]
    asked = [word.lower() for word in _WORD.findall(question)]
    best = max(
        ((_score(said[:cut], asked[-length:]), cut) for cut, length in _cuts(len(said), len(asked))),
        default=(0.0, 0),
    )
    if best[0] <= 0:
        return text
    return text[found[best[1] - 1].end() :].lstrip(" ,.;:!?…-–—")


def _cuts(said: int, asked: int) -> Iterator[tuple[int, int]]:
    """Yield how many words may be cut off, and how many of the question's last they may stand for."""
    for cut in range(_FEWEST_WORDS, min(said, asked + 1) + 1):
        for length in range(max(cut - 1, 1), min(cut + 1, asked) + 1):
            yield cut, length


def _score(said: Sequence[str], asked: Sequence[str]) -> float:
    """Return how well these words stand for each other: right ones add, wrong ones take off."""
    matcher = SequenceMatcher(None, asked, said, autojunk=False)
    right = sum(block.size for block in matcher.get_matching_blocks())
    if right < max(_FEWEST_WORDS, _ALIKE * len(said)):
        return 0.0
    return right - (len(said) - right) / 2
