"""Finds the passages of the notes that matter for a question.

Searches by words (`index/word_index.py`) and, where the model is installed, by meaning (`index/meaning.py`).
Passages below a score are left out. For questions that every interview has, it also searches for the topics
that notes on them are about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from bus.failures import ModelFailure
from bus.messages import Passage, PreparedAnswer
from llm.notes.index.intents import ABOUT, intent_of
from llm.notes.index.meaning import Meaning
from llm.notes.index.passages import Piece, cut
from llm.notes.index.word_index import Scores, WordIndex
from llm.notes.prepared_answers import Prepared
from llm.notes.read.note_files import Note
from llm.sentences import plain

FLOOR = 0.22
"""The share of a question's weight (rare words weigh more) that a passage must cover to matter."""

ABOUT_WEIGHT = 1.6
"""What is always about is said in many words, of which a passage has few."""

WORDS_WEIGHT = 0.4
"""What the words' score counts beside the likeness of meaning."""

FLOOR_OF_BOTH = 0.36
"""The least sum of both that a passage must have to matter."""

NEAR_BEST = 0.4
"""A passage with less than this share of the best one's score is left out."""

OWN_WORDS = 1.2
"""How much more a passage in the first person counts when "you" are asked."""

_YOU = re.compile(r"\byou(?:r|rself)?\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:I|my|My|me)\b")


class Notes:
    """The passages of the user's notes, ready to be searched.

    Args:
        pieces: The passages.
        prepared: The replies that the user wrote beforehand.
        meaning: Compares by meaning, too.
    """

    def __init__(
        self, pieces: Sequence[Piece], prepared: Prepared | None = None, meaning: Meaning | None = None
    ) -> None:
        self._pieces = pieces
        self._prepared = prepared or Prepared([])
        self._meaning = meaning
        self._own = {number for number, piece in enumerate(pieces) if _FIRST_PERSON.search(piece.text)}
        self._index = WordIndex(pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def best_passages(self, question: str, at_most: int = 3) -> list[Passage]:
        """Return the passages that matter for the question, the best first; none when nothing fits."""
        about = ABOUT.get(intent_of(plain(question)), "")
        scores, covered = self._words_scores(question, about)
        likenesses = self._likenesses(question, about)
        if likenesses is None:
            fitting = {number: score for number, score in scores.items() if covered[number] >= FLOOR}
        else:
            alike = {number for number, likeness in enumerate(likenesses) if likeness >= FLOOR_OF_BOTH}
            both = {
                number: likenesses[number] + WORDS_WEIGHT * scores[number] for number in alike | scores.keys()
            }
            fitting = {number: score for number, score in both.items() if score >= FLOOR_OF_BOTH}
        best = sorted(fitting, key=lambda number: (-fitting[number], number))[:at_most]
        return [
            self._passage(number, fitting[number])
            for number in best
            if fitting[number] >= NEAR_BEST * fitting[best[0]]
        ]

    def prepared(self, question: str) -> PreparedAnswer | None:
        """Return the user's own reply to this question, when they wrote one that surely fits."""
        return self._prepared.best(question)

    def wait_for_meaning(self, timeout_s: float) -> bool:
        """Wait until the notes are taken in by meaning, and tell whether they are."""
        return self._meaning is not None and self._meaning.wait(timeout_s)

    def _words_scores(self, question: str, about: str) -> tuple[Scores, Scores]:
        """Return, by passage, how well its words fit, and what share of the question they cover."""
        scores, covered = self._index.scores(question)
        if about:
            other_scores, other_covered = self._index.scores(about)
            for number, share in other_covered.items():
                scores[number] = max(scores[number], ABOUT_WEIGHT * other_scores[number])
                covered[number] = max(covered[number], ABOUT_WEIGHT * share)
        if _YOU.search(question):
            for number in scores.keys() & self._own:
                scores[number] *= OWN_WORDS
        return scores, covered

    def _likenesses(self, question: str, about: str) -> list[float] | None:
        """Return how alike each passage is to the question, or to what such a question is always about."""
        likenesses = self._meaning.likenesses(question) if self._meaning else None
        others = self._meaning.likenesses(about) if self._meaning and about else None
        if likenesses is None or others is None:
            return likenesses
        return [max(one, other) for one, other in zip(likenesses, others, strict=True)]

    def _passage(self, number: int, score: float) -> Passage:
        piece = self._pieces[number]
        return Passage(file=piece.file, heading=piece.heading, text=piece.text, score=round(score, 3))


def open_notes(
    files: Sequence[Note],
    meaning_model_path: str = "",
    report: Callable[[ModelFailure], None] = lambda failure: None,
) -> Notes:
    """Return the notes in these files, ready to be searched.

    Args:
        files: The files' texts.
        meaning_model_path: The folder of a model that compares by meaning; without it, words decide.
        report: Is told, on another thread, when that model cannot be used.
    """
    pieces = cut(files)
    meaning = Meaning(Path(meaning_model_path), pieces, report) if meaning_model_path and pieces else None
    return Notes(pieces, Prepared(files), meaning)
