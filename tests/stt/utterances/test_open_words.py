"""Open words by language."""

from __future__ import annotations

import pytest

from stt.utterances.open_words import OPEN_WORDS, open_words


def test_an_unknown_language_has_none() -> None:
    assert open_words("ja") == frozenset()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("und", "aber", "weil", "der", "äh")),
        ("fr", ("et", "mais", "que", "le", "euh")),
        ("es", ("y", "pero", "porque", "que", "el")),
        ("it", ("e", "ma", "perché", "che", "il")),
        ("pt", ("e", "mas", "porque", "que", "o")),
    ],
)
def test_conjunctions_articles_and_fillers_are_open(language: str, words: tuple[str, ...]) -> None:
    assert set(words) <= open_words(language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("gut", "nicht", "haben", "Projekt", "auf", "an")),  # separable verbs end in "auf" and "an"
        ("fr", ("bien", "pas", "projet", "vous", "moi")),
        ("es", ("bien", "no", "sí", "proyecto", "él", "usted")),
        ("it", ("bene", "no", "sì", "progetto", "lei")),
        ("pt", ("bem", "não", "sim", "projeto", "você")),
    ],
)
def test_words_that_end_sentences_are_not_open(language: str, words: tuple[str, ...]) -> None:
    assert not {word.lower() for word in words} & open_words(language)


@pytest.mark.parametrize("language", OPEN_WORDS)
def test_words_are_lower_case_and_single(language: str) -> None:
    assert all(word == word.lower() and word.isalpha() for word in open_words(language))
