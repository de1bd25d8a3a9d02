"""First and stable appearance of words."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bench.latency.word_timing import Emission, Version, emissions, first_words_s

TRUTH = ["how", "are", "you", "today"]


def version(at_s: float, text: str, *, is_final: bool = False) -> Version:
    return Version(at_s, text.split(), is_final)


def test_an_erased_word_is_stable_later_than_first_seen() -> None:
    shown = [
        version(1.0, "how are"),
        version(1.5, "how our"),
        version(2.0, "how are you"),
        version(3.0, "how are you today", is_final=True),
    ]
    assert emissions(TRUTH, shown) == [
        Emission(1.0, 1.0),
        Emission(1.0, 2.0),
        Emission(2.0, 2.0),
        Emission(3.0, 3.0),
    ]


def test_a_word_that_never_came_is_infinitely_late() -> None:
    assert emissions(TRUTH, [version(1.0, "how are you", is_final=True)])[3] == Emission(math.inf, math.inf)
    assert emissions(TRUTH, []) == [Emission(math.inf, math.inf)] * 4


def test_first_words_count_from_the_end_of_the_first_right_word() -> None:
    ends_s = [0.3, 0.5, 0.8, 1.4]
    assert math.isclose(first_words_s(TRUTH, ends_s, [version(1.0, "how")]), 0.7)
    assert math.isclose(first_words_s(TRUTH, ends_s, [version(1.0, "cow are")]), 0.5)
    assert math.isclose(first_words_s(TRUTH, ends_s, [version(0.6, "cow"), version(1.0, "how are")]), 0.7)
    assert math.isinf(first_words_s(TRUTH, ends_s, [version(1.0, "cow")]))


def test_a_word_is_not_matched_with_a_later_repetition() -> None:
    truth = ["we", "went", "to", "the", "shop", "and", "then", "we", "came", "home"]
    assert math.isinf(emissions(truth, [version(1.0, "we")])[7].first_s)


texts = st.lists(st.lists(st.sampled_from(TRUTH), max_size=6), max_size=6)


@given(texts)
def test_nothing_is_for_good_before_it_is_seen(shown: list[list[str]]) -> None:
    versions = [Version(float(at), words) for at, words in enumerate(shown)]
    for each in emissions(TRUTH, versions):
        assert each.first_s <= each.stable_s
