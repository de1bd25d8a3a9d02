"""Tests of the score of words at the start of utterances."""

from __future__ import annotations

import pytest

from bench.parts.onset_scores import Score, first_words


@pytest.mark.parametrize(
    ("truth", "seconds", "words"),
    [
        ("red hat old cat", 1.6, 4),  # 0.4 s each: the last one begins at 1.2 s
        ("red hat old cat", 2.0, 3),  # the last one begins at 1.5 s
        ("red hat old cat", 40.0, 1),
        ("", 2.0, 0),
    ],
)
def test_first_words_begin_in_the_first_seconds(truth: str, seconds: float, words: int) -> None:
    assert first_words(truth, seconds) == words


def test_missing_words_count_only_at_the_start() -> None:
    score = Score()
    score.add("red hat old cat", "hat old", 2.0)
    assert (score.first_words, score.first_missing, score.words, score.errors) == (3, 1, 4, 2)
    score.add("red hat old cat", "", 2.0)
    assert (score.missing, score.word_error_rate) == (4 / 6, 6 / 8)


def test_empty_score_has_no_errors() -> None:
    assert (Score().missing, Score().word_error_rate) == (0.0, 0.0)
