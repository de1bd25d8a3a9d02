"""Finds the passages of the notes that matter for a question.

Pure: BM25 over stems with an index by stem, so a search costs what the question's words cost, not what the
notes weigh. A floor on how much of the question a passage covers keeps silent notes silent. Own code,
because the ranking is twenty lines and the libraries for it bring numpy into a process that needs none.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from bus.messages import Passage
from llm.passages import Piece
from llm.words import words

SATURATION, LENGTH_WEIGHT = 1.2, 0.75
"""BM25's k1 and b, at their usual values."""

HEADING_WEIGHT = 2
"""A word in the heading counts as often."""

FLOOR = 0.34
"""The share of a question's weight (rare words weigh more) that a passage must cover to matter."""

NEAR_BEST = 0.4
"""A passage with less than this share of the best one's score is left out."""


_ABOUT_ONESELF = re.compile(
    r"(?:.* > )?(?:about(?: me| myself)?|profile|summary|bio|introduction|who i am|personal)$", re.IGNORECASE
)
_ONESELF = words("yourself")
"""What a heading like "About me" means in the words of a question."""


class Notes:
    """The passages of the user's notes, ready to be searched.

    Args:
        pieces: The passages.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._holders: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths: list[int] = []
        for number, piece in enumerate(pieces):
            counts = Counter(words(piece.text) + _heading_words(piece.heading) * HEADING_WEIGHT)
            self._lengths.append(counts.total())
            for word, count in counts.items():
                self._holders[word].append((number, count))
        self._mean_length = max(sum(self._lengths) / max(len(pieces), 1), 1.0)

    def __len__(self) -> int:
        return len(self._pieces)

    def best_passages(self, question: str, at_most: int = 3) -> list[Passage]:
        """Return the passages that matter for the question, the best first; none when nothing fits."""
        rarities = {word: self._rarity(word) for word in set(words(question))}
        scores, covered = self._weigh(rarities)
        wanted = FLOOR * sum(rarities.values())
        fitting = [number for number in scores if covered[number] >= wanted]
        fitting.sort(key=lambda number: (-scores[number], number))
        return [
            self._passage(number, scores[number])
            for number in fitting[:at_most]
            if scores[number] >= NEAR_BEST * scores[fitting[0]]
        ]

    def _rarity(self, word: str) -> float:
        # A word that the notes lack weighs no more than the rarest one they have.
        holders = max(len(self._holders.get(word, ())), 1)
        return math.log(1 + (len(self._pieces) - holders + 0.5) / (holders + 0.5))

    def _weigh(self, rarities: dict[str, float]) -> tuple[dict[int, float], dict[int, float]]:
        """Return, by passage, its score and how much of the question it covers."""
        scores: defaultdict[int, float] = defaultdict(float)
        covered: defaultdict[int, float] = defaultdict(float)
        for word, rarity in rarities.items():
            for number, count in self._holders.get(word, ()):
                length = self._lengths[number] / self._mean_length
                dampened = count + SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length)
                scores[number] += rarity * count * (SATURATION + 1) / dampened
                covered[number] += rarity
        return scores, covered

    def _passage(self, number: int, score: float) -> Passage:
        piece = self._pieces[number]
        return Passage(file=piece.file, heading=piece.heading, text=piece.text, score=round(score, 3))


def _heading_words(heading: str) -> list[str]:
    return words(heading) + (_ONESELF if _ABOUT_ONESELF.match(heading) else [])
