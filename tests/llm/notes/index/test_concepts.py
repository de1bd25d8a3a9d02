"""Tests of concepts: synonyms and phrases."""

from __future__ import annotations

import pytest

from llm.notes.index.concepts import concepts_in, concepts_of
from llm.notes.index.words import words


def meanings(text: str) -> set[str]:
    return {name for word in words(text) for name in concepts_of(word)} | set(concepts_in(text))


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("How many days of vacation?", "28 days of holiday"),
        ("How much does it cost?", "Prices"),
        ("What do you do in your spare time?", "Hobbies"),
        ("Where did you go to university?", "MSc in Physics"),
        ("Have you spoken at conferences?", "Talks"),
        ("When was it?", "On 12 December"),
        ("How long does it take?", "About three weeks."),
        ("Tell me about a disagreement.", "we had a conflict"),
    ],
)
def test_synonyms_share_a_concept(asked: str, written: str) -> None:
    assert meanings(asked) & meanings(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [("the capital of France", "money and budget"), ("Python", "physics"), ("jazz", "a test of the release")],
)
def test_other_words_share_no_concept(one: str, other: str) -> None:
    assert not meanings(one) & meanings(other)


def test_long_numbers_and_repetition_take_linear_time() -> None:
    assert concepts_in("1" + ",4" * 200_000 + " somewhere") == []
    assert set(concepts_in("why do you want " * 20_000)) == {"~reason"}
