"""Emission times of words: first appearance and stable appearance of each true word."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from livebench.scoring.words import matches

_LOOK_AHEAD = 4
"""How many more words of the truth a partial is compared with, so that no word matches a later repetition."""


@dataclass(frozen=True)
class Version:
    """The words visible from a moment on."""

    at_s: float
    words: list[str]
    """Plain words (`livebench.scoring.words.plain_words`)."""
    is_final: bool = False


@dataclass(frozen=True)
class Emission:
    """Times of one word of the truth, in seconds on its source's clock; infinity if it never appeared."""

    first_s: float
    stable_s: float
    """From here on it was in every version."""


def emissions(truth: Sequence[str], versions: Sequence[Version]) -> list[Emission]:
    """Return the emission of each word of the truth.

    Args:
        truth: Plain words.
        versions: The visible versions, in order of time.
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
    """Return the time from its end to the first appearance of a right word; infinity if none appeared.

    Args:
        truth: Plain words.
        ends_s: End of each word.
        versions: The visible versions, in order of time.
    """
    for version in versions:
        shown = _shown(truth, version)
        if shown:
            return version.at_s - ends_s[min(shown)]
    return math.inf


def _shown(truth: Sequence[str], version: Version) -> set[int]:
    within = truth if version.is_final else truth[: len(version.words) + _LOOK_AHEAD]
    return {word for word in matches(within, version.words) if word is not None}
