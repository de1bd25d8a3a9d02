"""Attributes the words of every final to the utterances in which they were spoken.

Peers cut anywhere and most report no usable word times. So all final words, in order, are aligned with all
true words (jiwer, the normalizer of `livebench/scoring/words.py`); a true word gets the arrival of its
aligned word, and an utterance is complete when the last of its words arrived.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import jiwer

from livebench.scoring.words import normal_words

_ENDING_WORDS = 2
_EARLIEST_S = 0.5
"""An utterance is complete if one of its last words arrived this long before its end or later. (Energy can
outlast the last word by more, so time alone is not sufficient.)"""


@dataclass(frozen=True)
class Spoken:
    """An utterance as it was spoken."""

    text: str
    start_s: float
    end_s: float
    language: str = "en"


@dataclass(frozen=True)
class Transcript:
    """A final as it arrived."""

    text: str
    arrived_s: float


@dataclass(frozen=True)
class Outcome:
    """Result of an utterance."""

    latency_s: float
    """From the true end of speech to the final that completed it; infinite if none did."""

    finals: list[int]
    """Indices of the finals with its words; more than one is a false cut."""

    right_words: list[str]
    """Its words that were transcribed, normalized, in order."""


@dataclass(frozen=True)
class Account:
    """Result of all utterances."""

    outcomes: list[Outcome]
    """One per utterance, in order."""

    merged: int
    """Finals with words of more than one utterance."""

    word_errors: int
    true_words: int


def attribute(spoken: Sequence[Spoken], transcripts: Sequence[Transcript]) -> Account:
    """Align and count."""
    language = spoken[0].language if spoken else "en"
    true_words, owners = _words([(each.text, each.language) for each in spoken])
    said_words, carriers = _words([(each.text, language) for each in transcripts])
    pairs, word_errors = _align(true_words, said_words)
    heard_in: list[set[int]] = [set() for _ in spoken]
    right: list[list[str]] = [[] for _ in spoken]
    ended = [False for _ in spoken]
    for true, transcribed in pairs:
        owner, carrier = owners[true], carriers[transcribed]
        if transcripts[carrier].arrived_s <= spoken[owner].start_s:
            continue  # a coincidence: it was not spoken yet
        heard_in[owner].add(carrier)
        ended[owner] |= owners[true + 1 : true + 1 + _ENDING_WORDS].count(owner) < _ENDING_WORDS
        if true_words[true] == said_words[transcribed]:
            right[owner].append(true_words[true])
    holds = [sum(carrier in finals for finals in heard_in) for carrier in range(len(transcripts))]
    outcomes = [
        Outcome(_latency_s(each, [transcripts[carrier] for carrier in finals], whole), sorted(finals), words)
        for each, finals, whole, words in zip(spoken, heard_in, ended, right, strict=True)
    ]
    return Account(outcomes, sum(many > 1 for many in holds), word_errors, len(true_words))


def reaches_end(true_text: str, said: str, language: str) -> bool:
    """Tell whether one of the last words of a text was transcribed, rightly or wrongly."""
    true_words = normal_words(true_text, language)
    pairs, _ = _align(true_words, normal_words(said, language))
    return any(true >= len(true_words) - _ENDING_WORDS for true, _ in pairs)


def errors_within(true_text: str, said: str, language: str) -> int:
    """Return the errors from the first matched word to the last; words of neighbouring turns do not count.

    Missing words at either end do.
    """
    true_words, said_words = normal_words(true_text, language), normal_words(said, language)
    if not true_words or not said_words:
        return len(true_words)
    chunks = jiwer.process_words(" ".join(true_words), " ".join(said_words)).alignments[0]
    inner = chunks[1:-1] if len(chunks) > 1 else []
    ends = [chunks[0], chunks[-1]] if len(chunks) > 1 else chunks
    counted = [*inner, *(chunk for chunk in ends if chunk.type != "insert")]
    return sum(
        max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)
        for chunk in counted
        if chunk.type != "equal"
    )


def _words(texts: Sequence[tuple[str, str]]) -> tuple[list[str], list[int]]:
    """Return the normalized words of all texts, and for each the index of its text."""
    parted = [
        (word, number)
        for number, (text, language) in enumerate(texts)
        for word in normal_words(text, language)
    ]
    return [word for word, _ in parted], [number for _, number in parted]


def _align(true_words: Sequence[str], said_words: Sequence[str]) -> tuple[list[tuple[int, int]], int]:
    """Return the pairs of true and transcribed words, and the number of errors."""
    if not true_words or not said_words:
        return [], len(true_words) + len(said_words)
    found = jiwer.process_words(" ".join(true_words), " ".join(said_words))
    pairs = [
        pair
        for chunk in found.alignments[0]
        if chunk.type in ("equal", "substitute")
        for pair in zip(
            range(chunk.ref_start_idx, chunk.ref_end_idx),
            range(chunk.hyp_start_idx, chunk.hyp_end_idx),
            strict=True,
        )
    ]
    return pairs, found.substitutions + found.deletions + found.insertions


def _latency_s(utterance: Spoken, finals: Sequence[Transcript], has_its_end: bool) -> float:
    latest_s = max((each.arrived_s for each in finals), default=-math.inf)
    if has_its_end or latest_s >= utterance.end_s - _EARLIEST_S:
        return latest_s - utterance.end_s
    return math.inf
