"""BM25 scores of passages, over stems and over concepts.

Pure. An index by term makes a search cost what the question's words cost, whatever the size of the notes.
No library is used: the ranking is twenty lines, and libraries import numpy into a process that needs none.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from llm.notes.index.concepts import concepts_in, concepts_of
from llm.notes.index.passages import Piece
from llm.notes.index.words import words

SATURATION, LENGTH_WEIGHT = 1.2, 0.75
"""BM25's k1 and b, at their usual values."""

HEADING_WEIGHT = 2
"""A word in the heading counts as often."""

RELATED = 0.7
"""What a word of the same meaning is worth against the very word."""

_PAGE = re.compile(r"(?:.* > )?Page \d+$")

Scores = defaultdict[int, float]
"""By passage; 0 for those that share nothing."""


@dataclass(frozen=True)
class _Wanted:
    """A word or phrase of the question, and the terms of the index that answer to it."""

    terms: tuple[tuple[str, float], ...]
    """Each with its worth."""
    rarity: float


class WordIndex:
    """Which passage has which words.

    Args:
        pieces: The passages.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._holders: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths: list[int] = []
        for number, piece in enumerate(pieces):
            counts = _terms(piece)
            self._lengths.append(sum(count for term, count in counts.items() if not term.startswith("~")))
            for term, count in counts.items():
                self._holders[term].append((number, count))
        self._mean_length = max(sum(self._lengths) / max(len(pieces), 1), 1.0)

    def scores(self, question: str) -> tuple[Scores, Scores]:
        """Return, by passage, its score and what share of the question it covers (rare words weigh more)."""
        wanted = self._wanted(question)
        whole = sum(want.rarity for want in wanted)
        scores, covered = Scores(float), Scores(float)
        for want in wanted:
            for number, (score, worth) in self._best_terms(want).items():
                scores[number] += want.rarity / whole * score
                covered[number] += want.rarity / whole * worth
        return scores, covered

    def _wanted(self, question: str) -> list[_Wanted]:
        asked = [
            ((word, 1.0), *((name, RELATED) for name in concepts_of(word)))
            for word in dict.fromkeys(words(question))
        ]
        phrases = [((name, 1.0),) for name in dict.fromkeys(concepts_in(question))]
        return [_Wanted(terms, self._rarity(terms)) for terms in (*asked, *phrases)]

    def _rarity(self, terms: tuple[tuple[str, float], ...]) -> float:
        # What the notes lack weighs no more than the rarest word they have.
        held = [len(self._holders[term]) for term, _ in terms if term in self._holders]
        holders = held[0] if held else 1
        return math.log(1 + (len(self._lengths) - holders + 0.5) / (holders + 0.5))

    def _best_terms(self, want: _Wanted) -> dict[int, tuple[float, float]]:
        """Return, by passage, the score and the worth of the term that answers best."""
        best: dict[int, tuple[float, float]] = {}
        for term, worth in want.terms:
            for number, count in self._holders.get(term, ()):
                length = self._lengths[number] / self._mean_length
                dampened = count + SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length)
                score = worth * count * (SATURATION + 1) / dampened
                if score > best.get(number, (0.0, 0.0))[0]:
                    best[number] = score, worth
        return best


def _terms(piece: Piece) -> Counter[str]:
    """Return the terms of a passage, and how often each counts."""
    heading = "" if _PAGE.match(piece.heading) else piece.heading
    counts: Counter[str] = Counter()
    for text, weight in ((piece.text, 1), (heading, HEADING_WEIGHT)):
        for word in words(text):
            counts[word] += weight
            for name in concepts_of(word):
                counts[name] += weight
        for name in concepts_in(text):
            counts[name] += weight
    return counts
