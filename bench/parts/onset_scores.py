"""Scores transcripts of utterances: words missing at the first 1.5 s, and word errors. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from livebench.scoring.words import matches, plain_words, word_errors

FIRST_S = 1.5


@dataclass
class Score:
    """Counts over utterances."""

    first_words: int = 0
    """Words of the truth in the first 1.5 s."""
    first_missing: int = 0
    words: int = 0
    errors: int = 0

    def add(self, truth: str, said: str, seconds: float) -> None:
        """Count one utterance of this duration."""
        first = first_words(truth, seconds)
        found = set(matches(plain_words(truth), plain_words(said)))
        errors, words = word_errors([truth], [said])
        self.first_words += first
        self.first_missing += sum(index not in found for index in range(first))
        self.words += words
        self.errors += errors

    @property
    def missing(self) -> float:
        """Share of the first words that were not transcribed rightly."""
        return self.first_missing / max(self.first_words, 1)

    @property
    def word_error_rate(self) -> float:
        """Errors per word of the truth."""
        return self.errors / max(self.words, 1)


def first_words(truth: str, seconds: float) -> int:
    """Return how many words begin in the first 1.5 s, if every character takes as long as any other."""
    words, at, count = plain_words(truth), 0, 0
    per_character_s = seconds / max(sum(len(word) + 1 for word in words), 1)
    for word in words:
        if at * per_character_s >= FIRST_S:
            break
        at, count = at + len(word) + 1, count + 1
    return count
