"""Attributes the words of every final to the utterances in which they were spoken.

Peers cut anywhere and most report no usable word times. So all final words, in order, are aligned with all
true words (`livebench/scoring/alignment.py`); a true word gets the arrival of its
aligned word, and an utterance is complete when the last of its words arrived.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import jiwer
import numpy as np

from livebench.scoring.alignment import align
from livebench.scoring.words import normal_words

_ENDING_WORDS = 2
_TOGETHER = 30
"""Neighbouring transcripts that are normalized together."""
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
    counts: bool = True
    """Its words are known well enough to count errors in them."""


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
    """Of the utterances that count."""
    true_words: int


def attribute(spoken: Sequence[Spoken], transcripts: Sequence[Transcript]) -> Account:
    """Align and count. Transcripts are in order of arrival."""
    true_words, owners = _true_words(spoken)
    said_words, carriers = _said_words(spoken, transcripts)
    pairs, word_errors = align(
        true_words,
        said_words,
        np.array([spoken[owner].start_s for owner in owners]),
        np.array([spoken[owner].end_s for owner in owners]),
        np.array([transcripts[carrier].arrived_s for carrier in carriers]),
    )
    heard_in: list[set[int]] = [set() for _ in spoken]
    right: list[list[str]] = [[] for _ in spoken]
    ended = [False for _ in spoken]
    for true, transcribed in pairs:
        owner = owners[true]
        heard_in[owner].add(carriers[transcribed])
        ended[owner] |= owners[true + 1 : true + 1 + _ENDING_WORDS].count(owner) < _ENDING_WORDS
        if true_words[true] == said_words[transcribed]:
            right[owner].append(true_words[true])
    holds = [sum(carrier in finals for finals in heard_in) for carrier in range(len(transcripts))]
    outcomes = [
        Outcome(_latency_s(each, [transcripts[carrier] for carrier in finals], whole), sorted(finals), words)
        for each, finals, whole, words in zip(spoken, heard_in, ended, right, strict=True)
    ]
    counting = [each.counts for each in spoken]
    uncounted = _errors(true_words, said_words, pairs, owners, [not each for each in counting])
    counted = sum(counting[owner] for owner in owners)
    return Account(outcomes, sum(many > 1 for many in holds), word_errors - uncounted, counted)


def reaches_end(true_text: str, said: str, language: str, *, rightly: bool) -> bool:
    """Tell whether one of the last words of a text was transcribed."""
    true_words, said_words = normal_words(true_text, language), normal_words(said, language)
    zero, one = np.zeros(len(true_words)), np.ones(len(said_words))
    pairs, _ = align(true_words, said_words, zero, zero, one)
    last = [(true, said) for true, said in pairs if true >= len(true_words) - _ENDING_WORDS]
    return any(not rightly or true_words[true] == said_words[said] for true, said in last)


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


def _errors(
    true_words: Sequence[str],
    said_words: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    owners: Sequence[int],
    counting: Sequence[bool],
) -> int:
    """Return the errors in some utterances; an inserted word belongs to that of the word before it."""
    partner = {transcribed: true for true, transcribed in pairs}
    paired = {true for true, _ in pairs}
    errors = sum(counting[owner] for true, owner in enumerate(owners) if true not in paired)
    owner = 0
    for place, word in enumerate(said_words):
        owner = owners[partner[place]] if place in partner else owner
        wrong = place not in partner or true_words[partner[place]] != word
        errors += wrong and counting[owner]
    return errors


def _true_words(spoken: Sequence[Spoken]) -> tuple[list[str], list[int]]:
    """Return the normalized words of all utterances, and for each the index of its utterance."""
    parted = [
        (word, number)
        for number, each in enumerate(spoken)
        for word in normal_words(each.text, each.language)
    ]
    return [word for word, _ in parted], [number for _, number in parted]


def _said_words(spoken: Sequence[Spoken], transcripts: Sequence[Transcript]) -> tuple[list[str], list[int]]:
    """Return the normalized words of all transcripts, and for each the index of its transcript.

    A number or a name may be cut ("twenty", "five"), so neighbours are normalized together, in the language
    of the utterance in which they arrived.
    """
    words: list[str] = []
    carriers: list[int] = []
    languages = [_language_at(spoken, each.arrived_s) for each in transcripts]
    first = 0
    while first < len(transcripts):
        stop = first + 1
        while stop < min(len(transcripts), first + _TOGETHER) and languages[stop] == languages[first]:
            stop += 1
        texts = [each.text for each in transcripts[first:stop]]
        counts = [
            len(normal_words(" ".join(texts[: number + 1]), languages[first])) for number in range(len(texts))
        ]
        together = normal_words(" ".join(texts), languages[first])
        words += together
        for place in range(len(together)):
            number = next((at for at, count in enumerate(counts) if count > place), len(texts) - 1)
            carriers.append(first + number)
        first = stop
    return words, carriers


def _language_at(spoken: Sequence[Spoken], at_s: float) -> str:
    begun = [each.language for each in spoken if each.start_s < at_s]
    return begun[-1] if begun else spoken[0].language if spoken else "en"


def _latency_s(utterance: Spoken, finals: Sequence[Transcript], has_its_end: bool) -> float:
    latest_s = max((each.arrived_s for each in finals), default=-math.inf)
    if has_its_end or latest_s >= utterance.end_s - _EARLIEST_S:
        return latest_s - utterance.end_s
    return math.inf
