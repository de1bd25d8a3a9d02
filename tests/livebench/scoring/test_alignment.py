from __future__ import annotations

import jiwer
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livebench.scoring.alignment import align

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=9)


def _align(true: list[str], said: list[str], arrived_s: list[float]) -> tuple[list[tuple[int, int]], int]:
    ends = np.arange(len(true), dtype=np.float64)
    return align(true, said, ends - 1, ends, np.array(arrived_s, np.float64))


@given(WORDS.filter(bool), WORDS.filter(bool))
def test_it_has_as_few_errors_as_any(true: list[str], said: list[str]) -> None:
    found = jiwer.process_words(" ".join(true), " ".join(said))
    pairs, errors = _align(true, said, [100.0] * len(said))
    assert errors == found.substitutions + found.deletions + found.insertions
    assert (
        len(true)
        - len(pairs)
        + len(said)
        - len(pairs)
        + sum(true[one] != said[other] for one, other in pairs)
        == errors
    )
    assert pairs == sorted(pairs)


def test_among_equal_ones_it_takes_the_nearest_in_time() -> None:
    assert _align(["a", "b", "a"], ["a"], [2.1]) == ([(2, 0)], 2)
    assert _align(["a", "b", "a"], ["a"], [0.2]) == ([(0, 0)], 2)


def test_nothing_matches_what_was_not_spoken_yet() -> None:
    assert _align(["a", "a", "a"], ["a"], [-0.5]) == ([(0, 0)], 2)
    assert _align(["b", "a"], ["a"], [-0.5])[0] == [(0, 0)]


def test_without_words_every_word_is_an_error() -> None:
    assert _align([], ["a", "b"], [1.0, 2.0]) == ([], 2)
    assert _align(["a", "b"], [], []) == ([], 2)
