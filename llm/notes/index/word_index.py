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
"""BM25's k1 and b, with their usual values."""

HEADING_WEIGHT = 2
"""A word in the heading counts this many times."""

RELATED_WEIGHT = 0.7
"""Weight of a word with the same concept, relative to the word itself."""

_PAGE = re.compile(r"(?:.* > )?Page \d+$")

Scores = defaultdict[int, float]
"""By passage; 0 for passages without a match."""


@dataclass(frozen=True)
class _QueryTerm:
    """A word or phrase of the question, and the index terms that match it."""

    terms: tuple[tuple[str, float], ...]
    """Each with its weight."""
    rarity: float


class WordIndex:
    """Inverted index of the passages.

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
        """Return, by passage, its score and the share of the question it covers (rare words weigh more)."""
        wanted = self._query_terms(question)
        total = sum(query_term.rarity for query_term in wanted)
        scores, covered = Scores(float), Scores(float)
        for query_term in wanted:
            for number, (score, weight) in self._best_terms(query_term).items():
                scores[number] += query_term.rarity / total * score
                covered[number] += query_term.rarity / total * weight
        return scores, covered

    def _query_terms(self, question: str) -> list[_QueryTerm]:
        terms_of_words = [
            ((word, 1.0), *((name, RELATED_WEIGHT) for name in concepts_of(word)))
            for word in dict.fromkeys(words(question))
        ]
        phrases = [((name, 1.0),) for name in dict.fromkeys(concepts_in(question))]
        return [_QueryTerm(terms, self._rarity(terms)) for terms in (*terms_of_words, *phrases)]

    def _rarity(self, terms: tuple[tuple[str, float], ...]) -> float:
        # A word that no note has weighs no more than the rarest word of the notes.
        held = [len(self._holders[term]) for term, _ in terms if term in self._holders]
        holders = held[0] if held else 1
        return math.log(1 + (len(self._lengths) - holders + 0.5) / (holders + 0.5))

    def _best_terms(self, query_term: _QueryTerm) -> dict[int, tuple[float, float]]:
        """Return, by passage, the score and the weight of the best matching term."""
        best: dict[int, tuple[float, float]] = {}
        for term, weight in query_term.terms:
            for number, count in self._holders.get(term, ()):
                length = self._lengths[number] / self._mean_length
                dampened = count + SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length)
                score = weight * count * (SATURATION + 1) / dampened
                if score > best.get(number, (0.0, 0.0))[0]:
                    best[number] = score, weight
        return best


def _terms(piece: Piece) -> Counter[str]:
    """Return the terms of a passage with their counts."""
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
