"""Classifies where an utterance was cut: inside a sentence or between two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from livebench.scoring.words import matches, plain_words

Place = Literal["inside", "between", "unknown"]
"""Inside a sentence, between two, or in a text without punctuation, where it is unknown."""

_SENTENCE_ENDS = ".?!"


def places_of_cuts(truth: str, pieces: Sequence[str]) -> list[Place]:
    """Return the place of each cut.

    Args:
        truth: The spoken text, with punctuation.
        pieces: The texts of the utterance's finals, in order; pieces without words make no cut.
    """
    transcribed = [words for words in map(plain_words, pieces) if words]
    ends = _sentence_ends(truth)
    truth_words = plain_words(truth)
    found = matches(truth_words, [word for words in transcribed for word in words])
    places: list[Place] = []
    at = 0
    for words in transcribed[:-1]:
        at += len(words)
        before = max((word for word in found[:at] if word is not None), default=-1)
        after = min((word for word in found[at:] if word is not None), default=len(truth_words))
        if not ends:
            places.append("unknown")
        elif any(before <= end < after for end in ends):
            places.append("between")
        else:
            places.append("inside")
    return places


def _sentence_ends(truth: str) -> set[int]:
    """Return the plain words that end a sentence of the truth."""
    ends: set[int] = set()
    count = 0
    for token in truth.split():
        count += len(plain_words(token))
        if count and token.rstrip("\"')”’").endswith(tuple(_SENTENCE_ENDS)):
            ends.add(count - 1)
    return ends


def places_of_all(truth: str, texts: Sequence[str], whole: str) -> list[Place]:
    """Return the place of each boundary between finals, whether a later one repaired it or not.

    Args:
        truth: The spoken text, with punctuation.
        texts: For each final but the last, what had been transcribed until then.
        whole: What was transcribed in the end.
    """
    words, truth_words = plain_words(whole), plain_words(truth)
    places: list[Place] = []
    for before in texts:
        rest = words[len(plain_words(before)) :]
        # Without a word of the truth on both sides it is a boundary to another turn.
        if all(_has_word(truth_words, side) for side in (plain_words(before), rest)):
            places += places_of_cuts(truth, [before, " ".join(rest)])
    return places


def _has_word(truth: Sequence[str], said: Sequence[str]) -> bool:
    return any(place is not None for place in matches(truth, said))
