"""When each word of the truth was first seen, and from when on it stayed. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.latency.word_errors import matches

_LOOK_AHEAD = 4
"""How many words more of the truth a partial is compared with: no word is taken for its later self."""


@dataclass(frozen=True)
class Version:
    """The words that a reader sees from a moment on."""

    at_s: float
    words: list[str]
    """Plain words (`bench.latency.word_errors.plain_words`)."""
    is_final: bool = False


@dataclass(frozen=True)
class Emission:
    """When one word of the truth was there, in seconds of its source's clock; infinity when it never was."""

    first_s: float
    stable_s: float
    """From here on it was in every version."""


def emissions(truth: Sequence[str], versions: Sequence[Version]) -> list[Emission]:
    """Return the emission of each word of the truth.

    Args:
        truth: Plain words.
        versions: What was shown, in order of time.
    """
    first_s, stable_s = [math.inf] * len(truth), [math.inf] * len(truth)
    for version in versions:
        shown = _shown(truth, version)
        for word in range(len(truth)):
            if word in shown:
                first_s[word] = min(first_s[word], version.at_s)
                stable_s[word] = min(stable_s[word], version.at_s)
            else:
                stable_s[word] = math.inf
    return [Emission(first, stable) for first, stable in zip(first_s, stable_s, strict=True)]


def first_words_s(truth: Sequence[str], ends_s: Sequence[float], versions: Sequence[Version]) -> float:
    """Return how long after its end the first right word was seen; infinity when none ever was.

    Args:
        truth: Plain words.
        ends_s: When each of them ended.
        versions: What was shown, in order of time.
    """
    for version in versions:
        shown = _shown(truth, version)
        if shown:
            return version.at_s - ends_s[min(shown)]
    return math.inf


def _shown(truth: Sequence[str], version: Version) -> set[int]:
    within = truth if version.is_final else truth[: len(version.words) + _LOOK_AHEAD]
    return {word for word in matches(within, version.words) if word is not None}
