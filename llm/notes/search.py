"""Finds the passages of the notes that matter for a question.

Searches by words (`index/word_index.py`) and, where the model is installed, by meaning
(`index/embeddings.py`). Passages below a score are left out. For questions that every interview has, it also
searches for the topics that notes on them are about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from bus.failures import ModelFailure
from bus.messages import Passage, PreparedAnswer
from llm.notes.index.embeddings import EmbeddingIndex
from llm.notes.index.intents import TOPICS, intent_of
from llm.notes.index.passages import Piece, cut
from llm.notes.index.word_index import Scores, WordIndex
from llm.notes.prepared_answers import PreparedAnswers
from llm.notes.read.note_files import Note
from llm.sentences import plain

FLOOR = 0.22
"""Least share of a question's weight (rare words weigh more) that a passage must cover."""

TOPICS_WEIGHT = 1.6
"""Weight of topics, which have many words of which a passage has few."""

WORDS_WEIGHT = 0.4
"""Weight of the word score, added to the similarity."""

COMBINED_FLOOR = 0.36
"""Least sum of both that a passage must have."""

NEAR_BEST = 0.4
"""Passages with less than this share of the best score are left out."""

OWN_WORDS = 1.2
"""Factor for passages in the first person when the question has "you"."""

_YOU = re.compile(r"\byou(?:r|rself)?\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:I|my|My|me)\b")


class Notes:
    """Search over the passages of the user's notes.

    Args:
        pieces: The passages.
        prepared: The answers that the user has prepared.
        embeddings: Search by meaning.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        prepared: PreparedAnswers | None = None,
        embeddings: EmbeddingIndex | None = None,
    ) -> None:
        self._pieces = pieces
        self._prepared = prepared or PreparedAnswers([])
        self._embeddings = embeddings
        self._own = {number for number, piece in enumerate(pieces) if _FIRST_PERSON.search(piece.text)}
        self._index = WordIndex(pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def best_passages(self, question: str, at_most: int = 3) -> list[Passage]:
        """Return the passages that match the question, the best first; none when no passage does."""
        topics = TOPICS.get(intent_of(plain(question)), "")
        scores, covered = self._word_scores(question, topics)
        similarities = self._similarities(question, topics)
        if similarities is None:
            matching = {number: score for number, score in scores.items() if covered[number] >= FLOOR}
        else:
            alike = {number for number, similarity in enumerate(similarities) if similarity >= COMBINED_FLOOR}
            both = {
                number: similarities[number] + WORDS_WEIGHT * scores[number]
                for number in alike | scores.keys()
            }
            matching = {number: score for number, score in both.items() if score >= COMBINED_FLOOR}
        best = sorted(matching, key=lambda number: (-matching[number], number))[:at_most]
        return [
            self._passage(number, matching[number])
            for number in best
            if matching[number] >= NEAR_BEST * matching[best[0]]
        ]

    def prepared(self, question: str) -> PreparedAnswer | None:
        """Return the user's prepared answer to this question, if one certainly matches."""
        return self._prepared.best(question)

    def wait_for_embeddings(self, timeout_s: float) -> bool:
        """Wait until the notes are embedded; return whether they are."""
        return self._embeddings is not None and self._embeddings.wait(timeout_s)

    def _word_scores(self, question: str, topics: str) -> tuple[Scores, Scores]:
        """Return, by passage, its word score and the share of the question that it covers."""
        scores, covered = self._index.scores(question)
        if topics:
            other_scores, other_covered = self._index.scores(topics)
            for number, share in other_covered.items():
                scores[number] = max(scores[number], TOPICS_WEIGHT * other_scores[number])
                covered[number] = max(covered[number], TOPICS_WEIGHT * share)
        if _YOU.search(question):
            for number in scores.keys() & self._own:
                scores[number] *= OWN_WORDS
        return scores, covered

    def _similarities(self, question: str, topics: str) -> list[float] | None:
        """Return the similarity of each passage to the question or to its topics, the larger one."""
        similarities = self._embeddings.similarities(question) if self._embeddings else None
        others = self._embeddings.similarities(topics) if self._embeddings and topics else None
        if similarities is None or others is None:
            return similarities
        return [max(one, other) for one, other in zip(similarities, others, strict=True)]

    def _passage(self, number: int, score: float) -> Passage:
        piece = self._pieces[number]
        return Passage(file=piece.file, heading=piece.heading, text=piece.text, score=round(score, 3))


def open_notes(
    files: Sequence[Note],
    meaning_model_path: str = "",
    report: Callable[[ModelFailure], None] = lambda failure: None,
) -> Notes:
    """Return the search over these files.

    Args:
        files: The files' texts.
        meaning_model_path: Folder of an embedding model; empty to search by words only.
        report: Called, on another thread, when that model cannot be used.
    """
    pieces = cut(files)
    embeddings = (
        EmbeddingIndex(Path(meaning_model_path), pieces, report) if meaning_model_path and pieces else None
    )
    return Notes(pieces, PreparedAnswers(files), embeddings)
