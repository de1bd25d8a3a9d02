"""Tests of stems and stop words."""

from __future__ import annotations

import pytest

from llm.notes.index.words import stem, words


@pytest.mark.parametrize(
    "family",
    [
        ("migrate", "migrated", "migrating", "migration", "migrations"),
        ("test", "tests", "tested", "testing", "tester", "testers"),
        ("manage", "managed", "manager", "managers", "managing", "management"),
        ("study", "studies"),
        ("fail", "failed", "fails", "failing"),
    ],
)
def test_forms_of_a_word_have_one_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize(("one", "other"), [("python", "physics"), ("test", "taste"), ("cost", "cast")])
def test_different_words_have_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_stop_words_are_left_out() -> None:
    assert words("Tell me about a time you could not do it, please?") == []


def test_names_of_languages_and_versions_are_not_stemmed() -> None:
    assert words("C++ and C# on x86_64 in 2024") == ["c++", "c#", "x86", "64", "2024"]


def test_british_and_american_spellings_are_equal() -> None:
    assert words("Prioritize, analyze and organize") == words("prioritise, analyse and organise")


def test_parts_after_an_apostrophe_are_left_out() -> None:
    assert words("What's the price?") == words("price")
    assert words("the company’s van") == words("company van")
