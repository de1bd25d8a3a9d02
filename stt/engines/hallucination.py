"""Hallucination filter: detects loops and invented words in the result of a pass.

Windows much shorter than 30 s sometimes make Whisper loop, and audio without speech makes it invent words.
Both show in the statistics of a pass. Pure.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

from stt.engines.engine import Pass
from stt.settings import SttSettings
from stt.utterances.open_words import SENTENCE_ENDS

_TOKENS_PER_S = {"en": 6.5}
_TOKENS_PER_S_LATIN, _TOKENS_PER_S_OTHER = 10.0, 25.0
"""Whisper's tokens suit English: other languages need more, other scripts several per letter."""
_LATIN = frozenset((
    "af", "ca", "cs", "cy", "da", "de", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "id", "is", "it",
    "lt", "lv", "ms", "nl", "nn", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sv", "sw", "tl", "tr", "vi",
))  # fmt: skip
_DENSE_FROM_TOKENS, _DENSE_TOKENS_PER_S, _LEAST_WHEN_DENSE = 8, 2.5, -0.95
"""Outside English, Whisper gives speech and words lower probabilities, so words as dense as speech are
accepted above this mean log probability. On noise it invents fewer or less likely words. Chosen on one German
recording and 13 clips of noise, the nearest of which had -1.09; not checked on others."""
_TOKENS_SPARE = 10
_TOKENS_PER_S_AT_LEAST = 1.0
_SPARSE_FROM_S = 3.0
"""Shorter utterances may be a single word."""
_RUN_WORDS, _REMEMBERED_WORDS = 4, 30
_LEAST_BY_SOUND = -0.7
"""Of whispered sentences by espeak-ng 8 of 10 had more; cries, a rooster and music had at most -0.76."""
_COMPRESSION_ABOVE = 2.4
_REPEATS = {1: 6, 2: 4, 3: 3}
"""Repetitions in a row that make a run of so many words a loop; people spell numbers, and say no, no."""
_REPEATS_OF_LONGER = 2
"""The same for longer runs: people rarely repeat a sentence."""


def sentence_share(texts: Sequence[str], log_probabilities: Sequence[float]) -> float:
    """Return how much of the probability of the hypotheses of a pass ends in a full stop or a mark.

    It says better than the best hypothesis alone whether a sentence is complete (`bench/LOG.md`).

    Args:
        texts: The hypotheses.
        log_probabilities: Of each as a whole, natural logarithm.
    """
    weights = [math.exp(each - max(log_probabilities)) for each in log_probabilities]
    ended = sum(weight for text, weight in zip(texts, weights, strict=True) if text.endswith(SENTENCE_ENDS))
    return ended / sum(weights) if weights else 0.0


def most_tokens(speech_s: float, language: str = "en") -> int:
    """Return the number of tokens that speech of this length can hold."""
    other = _TOKENS_PER_S_LATIN if language in _LATIN else _TOKENS_PER_S_OTHER
    return int(_TOKENS_PER_S.get(language, other) * speech_s) + _TOKENS_SPARE


def is_suspect(decoded: Pass) -> bool:
    """Return whether a pass should be retried with a wider window."""
    return (
        decoded.tokens >= most_tokens(decoded.speech_s, decoded.language)
        or compression_ratio(decoded.text) > _COMPRESSION_ABOVE
        or loop_start(decoded.text.split()) is not None
    )


def is_hallucination(decoded: Pass, settings: SttSettings) -> bool:
    """Return whether these words were probably not spoken, or there are none.

    The higher the probability of no speech, the likelier the words must be. The same holds for few words in
    long audio, such as a "thank you" for the babble of a crowded room. None of these values separates
    invented words from quiet ones alone; together they do (`bench/LOG.md`).
    """
    if not any(character.isalnum() for character in decoded.text):
        return True
    if decoded.by_sound and decoded.mean_log_probability < _LEAST_BY_SOUND:
        return True
    if compression_ratio(without_loop(decoded.text)) > _COMPRESSION_ABOVE:
        return True  # "Aaaaaah": a cry, not a word
    if decoded.language != "en" and _is_dense(decoded) and decoded.mean_log_probability > _LEAST_WHEN_DENSE:
        return False
    is_sparse = (
        decoded.speech_s > _SPARSE_FROM_S and decoded.tokens < _TOKENS_PER_S_AT_LEAST * decoded.speech_s
    )
    speech_probability = 0.0 if is_sparse else 1.0 - decoded.no_speech_probability
    leniency = settings.least_in_speech - settings.least_in_silence
    return decoded.mean_log_probability < settings.least_in_silence + leniency * speech_probability**3


def _is_dense(decoded: Pass) -> bool:
    return decoded.tokens >= max(_DENSE_FROM_TOKENS, _DENSE_TOKENS_PER_S * decoded.speech_s)


def repeats(text: str, previous_text: str) -> bool:
    """Return whether a pass wrote words again that were known: a run of several of the last ones."""
    words, before = plain_words(text), plain_words(previous_text)[-_REMEMBERED_WORDS:]
    known = {tuple(before[at : at + _RUN_WORDS]) for at in range(len(before) - _RUN_WORDS + 1)}
    return any(tuple(words[at : at + _RUN_WORDS]) in known for at in range(len(words) - _RUN_WORDS + 1))


def plain_words(text: str) -> list[str]:
    """Return the words of a text without case and punctuation."""
    return [plain for word in text.split() if (plain := word.lower().strip(".,!?;:\"'…-"))]


def without_loop(text: str) -> str:
    """Return the text up to where it starts to repeat itself."""
    words = text.split()
    start = loop_start(words)
    return text if start is None else " ".join(words[:start])


def loop_start(words: list[str]) -> int | None:
    """Return the index of the first repeated word of a loop, or None.

    A loop is a run of words that is repeated more often than people do.
    """
    plain = [word.lower().strip(".,!?;:\"'") for word in words]
    for length in range(1, len(plain) // 2 + 1):
        times = _REPEATS.get(length, _REPEATS_OF_LONGER)
        for at in range(len(plain) - length * times + 1):
            run = plain[at : at + length]
            if all(plain[at + length * n : at + length * (n + 1)] == run for n in range(1, times)):
                return at + length
    return None


def compression_ratio(text: str) -> float:
    """Return the compression ratio of the text: high for repetition.

    Every character counts as one byte, so that multi-byte scripts do not look repetitive.
    """
    numbers = {character: number for number, character in enumerate(dict.fromkeys(text))}
    data = bytes(numbers[character] % 256 for character in text)
    return len(data) / len(zlib.compress(data)) if data else 0.0
