"""Tests of Whisper's prompt and its hotwords, with real tokenizers."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session.models import store
from stt.engines.prompt import MAX_HOTWORD_TOKENS, PromptBuilder, fitting, glossary, may_be_echo


@cache
def builder(model: str = "base", *hotwords: str) -> PromptBuilder:
    file = store.find(model) / "tokenizer.json"
    return PromptBuilder(file, multilingual=not model.endswith(".en"), hotwords=hotwords)


@pytest.mark.parametrize("model", ["base", "tiny.en"])
@pytest.mark.parametrize("word", ["the", "that", "time", "Kafka"])
def test_common_word_is_one_token(model: str, word: str) -> None:
    assert builder(model).count(word) == 1


def test_prompt_without_context_is_four_tokens() -> None:
    assert len(builder().prompt("en")) == 4
    assert len(builder("tiny.en").prompt("en")) == 2


def test_prompt_is_hotwords_previous_text_start() -> None:
    words = builder("base", "Villefort", "d'Avrigny")
    prompt = words.prompt("en", "Oh, you rave, sir!")
    assert words.text(prompt) == "Glossary: Villefort, d'Avrigny. Oh, you rave, sir!"
    assert prompt[-4:] == builder().prompt("en")


def test_prompt_is_limited_in_length() -> None:
    words = builder("base", *(f"Villefort{number}" for number in range(200)))
    prompt = words.prompt("en", "word " * 500)
    assert MAX_HOTWORD_TOKENS < len(prompt) <= MAX_HOTWORD_TOKENS + 60 + 5
    assert "Villefort0, Villefort1" in words.text(prompt)


def test_text_never_becomes_a_special_token() -> None:
    prompt = builder("base", "<|endoftext|>Quilter").prompt("en", "<|startoftranscript|>well")
    assert [token for token in prompt if token >= builder().end][1:] == builder().prompt("en")


def test_no_words_make_no_glossary() -> None:
    assert glossary([]) == ""


def test_glossary_label_is_for_english_only() -> None:
    assert glossary(["Kafka", "Siobhan"]) == "Glossary: Kafka, Siobhan."
    assert glossary(["Kafka", "Siobhan"], "de") == "Kafka, Siobhan."


def test_fitting_words_have_no_duplicates() -> None:
    assert fitting(["b", "a", "b"], len) == ["b", "a"]


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=20)))
def test_fitting_words_are_the_first_and_short_enough(words: list[str]) -> None:
    taken = fitting(words, len)
    assert taken == [*dict.fromkeys(words)][: len(taken)]
    assert sum(len(word) + 1 for word in taken) <= MAX_HOTWORD_TOKENS


@pytest.mark.parametrize(("mean_log_probability", "doubted"), [(-0.1, False), (-0.45, False), (-0.6, True)])
def test_improbable_words_may_be_an_echo_of_the_glossary(mean_log_probability: float, doubted: bool) -> None:
    assert may_be_echo(mean_log_probability) is doubted
