"""Word errors and alignment with the truth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livebench.scoring.words import matches, missing_at_end, plain_words, word_error_rate, word_errors

words = st.lists(st.sampled_from(["a", "b", "c", "it's", "seven"]), max_size=8)


@pytest.mark.parametrize(
    ("truth", "said", "errors", "count"),
    [
        ("Hello, world.", "hello world", 0, 2),
        ("red green blue", "red blue", 1, 3),
        ("red green", "red green green", 1, 2),
        ("", "something", 0, 0),
        ("three words here", "", 3, 3),
    ],
)
def test_counting_word_errors(truth: str, said: str, errors: int, count: int) -> None:
    assert word_errors([truth], [said]) == (errors, count)


def test_no_words_at_all_are_no_errors() -> None:
    assert word_error_rate([], []) == 0.0


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It's -- fine, really!", ["it's", "fine", "really"]),
        ("", []),
        ("…", []),
        ("'quoted' A.I.", ["quoted", "ai"]),
    ],
)
def test_plain_words(text: str, plain: list[str]) -> None:
    assert plain_words(text) == plain


@pytest.mark.parametrize(
    ("truth", "said", "missing"),
    [("red green blue", "red green", 1), ("red green", "red grey", 0), ("red", "", 1), ("red", "red red", 0)],
)
def test_words_missing_at_the_end(truth: str, said: str, missing: int) -> None:
    assert missing_at_end(truth, said) == missing


@given(truth=words, transcribed=words)
def test_matches_are_the_same_word_in_the_same_order(truth: list[str], transcribed: list[str]) -> None:
    found = matches(truth, transcribed)
    assert len(found) == len(transcribed)
    at = [word for word in found if word is not None]
    assert at == sorted(set(at))
    for word, index in zip(transcribed, found, strict=True):
        assert index is None or truth[index] == word


@given(words)
def test_everything_matches_itself(truth: list[str]) -> None:
    assert matches(truth, truth) == list(range(len(truth)))
