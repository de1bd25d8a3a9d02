"""What counts as a question, and which words of an utterance it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.questions import MAX_CHARACTERS, find_question
from tests.llm.labelled_lines import ASKING, NOT_ASKING, PARTLY_ASKING

SURE = 0.5


@pytest.mark.parametrize("said", ASKING)
def test_what_asks_is_found(said: str) -> None:
    question = find_question(said)
    assert question is not None
    assert question.confidence >= SURE
    assert question.text.lower() == said.lower()


@pytest.mark.parametrize(("said", "asked"), PARTLY_ASKING)
def test_only_the_part_that_asks_is_taken(said: str, asked: str) -> None:
    question = find_question(said)
    assert question is not None
    assert question.confidence >= SURE
    assert question.text == asked


@pytest.mark.parametrize("said", NOT_ASKING)
def test_what_asks_nothing_is_no_question(said: str) -> None:
    question = find_question(said)
    assert question is None or question.confidence < SURE


@pytest.mark.parametrize(
    "said", ["Tell me about yourself.", "Can you explain recursion?", "Walk us through it."]
)
def test_a_wish_to_be_told_is_a_request(said: str) -> None:
    question = find_question(said)
    assert question is not None
    assert question.kind == "request"


@pytest.mark.parametrize("said", ["And why that one?", "How so?", "What about the cost?", "How did that go?"])
def test_a_short_question_that_points_back_leans(said: str) -> None:
    question = find_question(said)
    assert question is not None
    assert question.leans


@pytest.mark.parametrize("said", ["Why do you want to work here?", "Tell me about yourself."])
def test_a_question_that_stands_alone_does_not_lean(said: str) -> None:
    question = find_question(said)
    assert question is not None
    assert not question.leans


@given(st.text(max_size=300))
def test_anything_said_is_dealt_with(said: str) -> None:
    question = find_question(said)
    assert question is None or (question.text.strip() and 0 <= question.confidence <= 1)


@given(st.lists(st.sampled_from(ASKING + NOT_ASKING), max_size=8))
def test_a_long_utterance_yields_a_bounded_question(parts: list[str]) -> None:
    question = find_question(" ".join(parts))
    assert question is None or len(question.text) <= MAX_CHARACTERS
