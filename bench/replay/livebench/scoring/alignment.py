"""Aligns transcribed words with true ones, with regard to when they arrived.

An alignment has the fewest errors; among equal ones it takes words that arrived soon after their turn. A word
that arrived before its turn began matches nothing in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_NEAR = 1e-4
"""Cost of a pair for each second between arrival and the turn's end; an error costs 1."""
_FARTHEST_S = 60.0
_NEVER = 1e9


def align(
    true_words: Sequence[str],
    said_words: Sequence[str],
    starts_s: NDArray[np.float64],
    ends_s: NDArray[np.float64],
    arrived_s: NDArray[np.float64],
) -> tuple[list[tuple[int, int]], int]:
    """Return the pairs of true and transcribed words, right or wrong, and the number of errors.

    Args:
        true_words: The spoken words, length n.
        said_words: The transcribed words, length m.
        starts_s: When the turn of each true word began, shape (n,).
        ends_s: When it ended, shape (n,).
        arrived_s: When each transcribed word arrived, shape (m,).
    """
    numbers = {word: number for number, word in enumerate({*true_words, *said_words})}
    said = np.array([numbers[word] for word in said_words], np.int64)
    count = len(said_words)
    costs = np.zeros((len(true_words) + 1, count + 1), np.float64)
    places = np.arange(count + 1, dtype=np.float64)
    costs[0] = places
    for row, word in enumerate(true_words):
        far_s = np.minimum(np.abs(arrived_s - ends_s[row]), _FARTHEST_S)
        pair = (said != numbers[word]) + _NEAR * far_s
        pair[arrived_s <= starts_s[row]] = _NEVER
        best = costs[row] + 1.0
        best[1:] = np.minimum(best[1:], costs[row, :-1] + pair)
        costs[row + 1] = np.minimum.accumulate(best - places) + places
    return _followed(costs, true_words, said_words, starts_s, ends_s, arrived_s)


def _followed(
    costs: NDArray[np.float64],
    true_words: Sequence[str],
    said_words: Sequence[str],
    starts_s: NDArray[np.float64],
    ends_s: NDArray[np.float64],
    arrived_s: NDArray[np.float64],
) -> tuple[list[tuple[int, int]], int]:
    pairs: list[tuple[int, int]] = []
    errors, true, said = 0, len(true_words), len(said_words)
    while true or said:
        here = costs[true, said]
        if true and said and arrived_s[said - 1] > starts_s[true - 1]:
            wrong = true_words[true - 1] != said_words[said - 1]
            far_s = min(abs(arrived_s[said - 1] - ends_s[true - 1]), _FARTHEST_S)
            if np.isclose(costs[true - 1, said - 1] + wrong + _NEAR * far_s, here, rtol=0, atol=1e-7):
                true, said = true - 1, said - 1
                pairs.append((true, said))
                errors += wrong
                continue
        errors += 1
        if true and np.isclose(costs[true - 1, said] + 1.0, here, rtol=0, atol=1e-7):
            true -= 1
        else:
            said -= 1
    return pairs[::-1], errors
