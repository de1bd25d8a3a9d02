"""Word error rate, and alignment of transcribed words with the truth.

Uses whisper-normalizer's English normalizer and jiwer's alignment. Other languages lose case, punctuation and
symbols; those without spaces between words are compared by characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

_normalise = EnglishTextNormalizer()
_WITHOUT_SPACES = {"zh", "yue", "ja", "th", "lo", "km", "my"}
_NO_WORD = re.compile(r"[^\w']+")


def word_error_rate(truth: Sequence[str], said: Sequence[str]) -> float:
    """Return the errors in all utterances together, per word of the truth (0 is perfect, may exceed 1)."""
    errors, words = word_errors(truth, said)
    return errors / words if words else 0.0


def word_errors(truth: Sequence[str], said: Sequence[str]) -> tuple[int, int]:
    """Return the number of wrong, missing and inserted words, and the number of words in the truth.

    Utterances without words in the truth are left out: their words are inventions, not errors.
    """
    pairs = [
        (_normalise(true), _normalise(transcribed)) for true, transcribed in zip(truth, said, strict=True)
    ]
    pairs = [(true, transcribed) for true, transcribed in pairs if true]
    if not pairs:
        return 0, 0
    counted = jiwer.process_words([true for true, _ in pairs], [transcribed for _, transcribed in pairs])
    errors = counted.substitutions + counted.deletions + counted.insertions
    return errors, counted.hits + counted.substitutions + counted.deletions


def normal_words(text: str, language: str = "en") -> list[str]:
    """Return the words of a text as they are compared for word errors: numbers and spellings unified."""
    if language == "en":
        return str(_normalise(text)).split()
    plain = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(" " if unicodedata.category(sign)[0] in "PSC" else sign for sign in plain)
    if language in _WITHOUT_SPACES:
        return [sign for sign in kept if not sign.isspace()]
    return kept.split()


def inserted_words(truth: str, said: str) -> int:
    """Return how many transcribed words have no counterpart in the truth."""
    true, transcribed = normal_words(truth), normal_words(said)
    if not true:
        return len(transcribed)
    return int(jiwer.process_words(" ".join(true), " ".join(transcribed)).insertions)


def plain_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    words = (_NO_WORD.sub("", word).lower().strip("'") for word in text.split())
    return [word for word in words if word]


def missing_at_end(truth: str, said: str) -> int:
    """Return how many words at the end of the truth were not transcribed, rightly or wrongly."""
    true, transcribed = plain_words(truth), plain_words(said)
    if not true or not transcribed:
        return len(true)
    last = jiwer.process_words(" ".join(true), " ".join(transcribed)).alignments[0][-1]
    return last.ref_end_idx - last.ref_start_idx if last.type == "delete" else 0


def matches(truth: Sequence[str], transcribed: Sequence[str]) -> list[int | None]:
    """Return for each plain transcribed word the index of its true word, or None."""
    found: list[int | None] = [None] * len(transcribed)
    if not truth or not transcribed:
        return found
    for chunk in jiwer.process_words(" ".join(truth), " ".join(transcribed)).alignments[0]:
        if chunk.type == "equal":
            for offset in range(chunk.ref_end_idx - chunk.ref_start_idx):
                found[chunk.hyp_start_idx + offset] = chunk.ref_start_idx + offset
    return found
