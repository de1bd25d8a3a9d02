"""Judgement about a pass: are these words that somebody said?

A window much shorter than 30 s makes Whisper loop now and then, and sound that is no speech makes it
invent. Both show in figures a pass brings along. Pure.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from stt.settings import SttSettings

_TOKENS_PER_S = {"en": 6.5}
_TOKENS_PER_S_LATIN, _TOKENS_PER_S_OTHER = 10.0, 25.0
"""Whisper's tokens are made for English: other languages take more, other scripts several a letter."""
_LATIN = frozenset((
    "af", "ca", "cs", "cy", "da", "de", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "id", "is", "it",
    "lt", "lv", "ms", "nl", "nn", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sv", "sw", "tl", "tr", "vi",
))  # fmt: skip
_DENSE_FROM_TOKENS, _DENSE_TOKENS_PER_S, _LEAST_WHEN_DENSE = 8, 2.5, -0.95
"""In other languages Whisper is less sure of speech and words; words as dense as speech count from here on.
On noise it invents fewer or less likely ones. Chosen on one German recording and 13 clips of noise, of which
the nearest had -1.09; not checked on others."""
_TOKENS_SPARE = 10
_TOKENS_PER_S_AT_LEAST = 1.0
_SPARSE_FROM_S = 3.0
"""Shorter utterances may well be a single word."""
_COMPRESSION_ABOVE = 2.4
_REPEATS = {1: 6, 2: 4, 3: 3}
"""How often a run of so many words must come in a row to be a loop: people spell numbers, and say no, no."""
_REPEATS_OF_MORE = 2
"""People seldom say a whole sentence twice."""


@dataclass(frozen=True)
class Pass:
    """What one pass over an utterance brought."""

    text: str
    tokens: int
    mean_log_probability: float
    """Per token, natural logarithm."""
    no_speech_probability: float
    speech_s: float
    window_s: float
    began_ns: int
    """Monotonic time at which the pass began to compute."""
    compute_ms: float
    language: str = "en"


def most_tokens(speech_s: float, language: str = "en") -> int:
    """Return how many tokens so much speech can hold in a language."""
    other = _TOKENS_PER_S_LATIN if language in _LATIN else _TOKENS_PER_S_OTHER
    return int(_TOKENS_PER_S.get(language, other) * speech_s) + _TOKENS_SPARE


def is_suspect(heard: Pass) -> bool:
    """Tell whether a pass through a short window should be made again through a wider one."""
    return (
        heard.tokens >= most_tokens(heard.speech_s, heard.language)
        or compression_ratio(heard.text) > _COMPRESSION_ABOVE
        or loop_start(heard.text.split()) is not None
    )


def says_nothing(heard: Pass, settings: SttSettings) -> bool:
    """Tell whether nobody said these words.

    The surer Whisper itself is that there is no speech, the likelier its words must be; so must a few words
    for a long stretch of sound, such as a thank-you for the babble of a crowded room. On real noise no one
    of these figures tells invented words from quiet ones; together they do (`bench/LOG.md`).
    """
    if not any(character.isalnum() for character in heard.text):
        return True
    if heard.language != "en" and _is_dense(heard) and heard.mean_log_probability > _LEAST_WHEN_DENSE:
        return False
    is_sparse = heard.speech_s > _SPARSE_FROM_S and heard.tokens < _TOKENS_PER_S_AT_LEAST * heard.speech_s
    speech_probability = 0.0 if is_sparse else 1.0 - heard.no_speech_probability
    leniency = settings.least_in_speech - settings.least_in_silence
    return heard.mean_log_probability < settings.least_in_silence + leniency * speech_probability**3


def _is_dense(heard: Pass) -> bool:
    return heard.tokens >= max(_DENSE_FROM_TOKENS, _DENSE_TOKENS_PER_S * heard.speech_s)


def without_loop(text: str) -> str:
    """Return the text up to the point where it begins to repeat itself."""
    words = text.split()
    start = loop_start(words)
    return text if start is None else " ".join(words[:start])


def loop_start(words: list[str]) -> int | None:
    """Return the index of the first word that only repeats what was just said, or None.

    A loop is a run of words that comes more often in a row than people say it.
    """
    plain = [word.lower().strip(".,!?;:\"'") for word in words]
    for length in range(1, len(plain) // 2 + 1):
        times = _REPEATS.get(length, _REPEATS_OF_MORE)
        for at in range(len(plain) - length * times + 1):
            run = plain[at : at + length]
            if all(plain[at + length * n : at + length * (n + 1)] == run for n in range(1, times)):
                return at + length
    return None


def compression_ratio(text: str) -> float:
    """Return how much smaller the text becomes when compressed: high for repetition.

    Every character counts as one byte, so that scripts that take several do not look repetitive.
    """
    numbers = {character: number for number, character in enumerate(dict.fromkeys(text))}
    data = bytes(numbers[character] % 256 for character in text)
    return len(data) / len(zlib.compress(data)) if data else 0.0
