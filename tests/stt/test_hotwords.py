from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stt.hotwords import MOST_TOKENS, fitting, glossary, may_be_echo


def test_without_words_there_is_no_glossary() -> None:
    assert glossary([]) == ""


def test_only_english_gets_an_english_word_before_the_list() -> None:
    assert glossary(["Kafka", "Siobhan"]) == "Glossary: Kafka, Siobhan."
    assert glossary(["Kafka", "Siobhan"], "de") == "Kafka, Siobhan."


def test_the_first_words_are_taken_and_each_once() -> None:
    assert fitting(["b", "a", "b"], len) == ["b", "a"]


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=20)))
def test_what_fits_is_the_beginning_and_short_enough(words: list[str]) -> None:
    taken = fitting(words, len)
    assert taken == [*dict.fromkeys(words)][: len(taken)]
    assert sum(len(word) + 1 for word in taken) <= MOST_TOKENS


@pytest.mark.parametrize(("mean_log_probability", "doubted"), [(-0.1, False), (-0.45, False), (-0.6, True)])
def test_what_the_model_is_unsure_of_may_be_its_own_glossary(
    mean_log_probability: float, doubted: bool
) -> None:
    assert may_be_echo(mean_log_probability) is doubted
