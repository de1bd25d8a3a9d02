"""Counts revisions: erased words of partials, and stable words that changed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from livebench.scoring.words import matches


@dataclass(frozen=True)
class Shown:
    """One version of an utterance's transcript; the last one is the final."""

    words: list[str]
    """Plain words."""
    settled: int
    """Number of words from the start that were stable; all in the final."""


def erased_words(versions: Sequence[Shown]) -> int:
    """Return how many words were erased between versions, including those after a changed one."""
    return sum(
        len(before.words) - _common(before.words, after.words)
        for before, after in itertools.pairwise(versions)
    )


def settled_changes(versions: Sequence[Shown]) -> tuple[int, int]:
    """Return how many stable words a later version lacks or changes, and how many were stable in all.

    The final's own words do not count as stable: nothing follows them.
    """
    settled = max((version.settled for version in versions[:-1]), default=0)
    changed: set[int] = set()
    for number, before in enumerate(versions[:-1]):
        promised = before.words[: before.settled]
        for after in versions[number + 1 :]:
            kept = {word for word in matches(promised, after.words[: len(promised) + 4]) if word is not None}
            changed |= set(range(len(promised))) - kept
    return len(changed), settled


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
