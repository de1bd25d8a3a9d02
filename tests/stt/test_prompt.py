from __future__ import annotations

import pytest

from session.models import store
from stt.hotwords import MOST_TOKENS
from stt.prompt import Vocabulary


def vocabulary(model: str = "base", *hotwords: str) -> Vocabulary:
    file = store.find(model) / "tokenizer.json"
    return Vocabulary(file, multilingual=not model.endswith(".en"), hotwords=hotwords)


@pytest.mark.parametrize("model", ["base", "tiny.en"])
@pytest.mark.parametrize("word", ["the", "that", "time", "Kafka"])
def test_a_word_with_a_token_of_its_own_is_one_token(model: str, word: str) -> None:
    assert vocabulary(model).count(word) == 1


def test_an_opening_without_words_before_is_four_tokens() -> None:
    assert len(vocabulary().opening("en")) == 4
    assert len(vocabulary("tiny.en").opening("en")) == 2


def test_hotwords_come_first_then_the_words_before_then_the_start() -> None:
    words = vocabulary("base", "Villefort", "d'Avrigny")
    opening = words.opening("en", "Oh, you rave, sir!")
    assert words.text(opening) == "Glossary: Villefort, d'Avrigny. Oh, you rave, sir!"
    assert opening[-4:] == vocabulary().opening("en")


def test_of_many_hotwords_and_long_words_before_what_fits_is_used() -> None:
    words = vocabulary("base", *(f"Villefort{number}" for number in range(200)))
    opening = words.opening("en", "word " * 500)
    assert MOST_TOKENS < len(opening) <= MOST_TOKENS + 60 + 5
    assert "Villefort0, Villefort1" in words.text(opening)


def test_text_that_looks_like_a_special_token_is_none() -> None:
    opening = vocabulary("base", "<|endoftext|>Quilter").opening("en", "<|startoftranscript|>well")
    assert [token for token in opening if token >= vocabulary().end][1:] == vocabulary().opening("en")
