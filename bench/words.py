"""Word error rate, with one fixed normaliser (whisper-normalizer's English one) and one counter (jiwer)."""

from __future__ import annotations

from collections.abc import Sequence

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

_normalise = EnglishTextNormalizer()


def word_error_rate(truth: Sequence[str], said: Sequence[str]) -> float:
    """Return the errors in all utterances together, per word of the truth (0 is perfect, 1 may be passed)."""
    pairs = [(_normalise(true), _normalise(heard)) for true, heard in zip(truth, said, strict=True)]
    pairs = [(true, heard) for true, heard in pairs if true]
    rate: float = jiwer.wer([true for true, _ in pairs], [heard for _, heard in pairs])
    return rate
