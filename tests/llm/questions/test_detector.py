"""What counts as a question, and which words of an utterance it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.answers.question_lines import LINES, read_lines
from llm.questions.detector import MAX_CHARACTERS, detect_question
from tests.llm.questions.labelled_lines import ALSO_ASKING, ALSO_NOT_ASKING, ASKING, NOT_ASKING, PARTLY_ASKING

SURE = 0.5


@pytest.mark.parametrize("said", ASKING)
def test_what_asks_is_found(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.confidence >= SURE
    assert question.text.lower() == said.lower()


@pytest.mark.parametrize(("said", "asked"), PARTLY_ASKING)
def test_only_the_part_that_asks_is_taken(said: str, asked: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.confidence >= SURE
    assert question.text == asked


@pytest.mark.parametrize("said", ALSO_ASKING)
def test_a_question_is_found_in_other_words(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.confidence >= SURE


@pytest.mark.parametrize("said", NOT_ASKING + ALSO_NOT_ASKING)
def test_what_asks_nothing_is_no_question(said: str) -> None:
    question = detect_question(said)
    assert question is None or question.confidence < SURE


@pytest.mark.parametrize(
    "said", ["Tell me about yourself.", "Can you explain recursion?", "Walk us through it."]
)
def test_a_wish_to_be_told_is_a_request(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.kind == "request"


@pytest.mark.parametrize("said", ["And why that one?", "How so?", "What about the cost?", "How did that go?"])
def test_a_short_question_that_points_back_leans(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.leans


@pytest.mark.parametrize("said", ["Why do you want to work here?", "Tell me about yourself."])
def test_a_question_that_stands_alone_does_not_lean(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert not question.leans


def test_everything_asked_in_one_breath_is_one_question() -> None:
    said = "What is your experience with Terraform? We use it everywhere. And how do you feel about on-call?"
    question = detect_question(said)
    assert question is not None
    assert question.text == "What is your experience with Terraform? How do you feel about on-call?"
    assert [said[start:stop] for start, stop in question.spans] == [
        "What is your experience with Terraform?",
        "how do you feel about on-call?",
    ]


def test_a_scene_belongs_to_the_question_it_is_set_for() -> None:
    said = "Okay. Suppose the site is down. It is three in the morning. What do you do?"
    question = detect_question(said)
    assert question is not None
    assert question.text == "Suppose the site is down. It is three in the morning. What do you do?"
    assert len(question.spans) == 1


@pytest.mark.parametrize(
    "said",
    [
        "Why did we pick Go? Because the team knew it.",
        "Is it perfect? Of course not.",
        "What is a monad? A monad is a pattern.",
        "How many users do we have? About forty thousand.",
        "What does that tell us? It tells us that price is not the issue.",
    ],
)
def test_what_the_speaker_answers_is_not_asked(said: str) -> None:
    assert detect_question(said) is None


def test_a_question_to_you_is_not_answered_by_whoever_asks_it() -> None:
    question = detect_question("How do you handle conflict? We have a lot of it here.")
    assert question is not None
    assert question.text == "How do you handle conflict?"


@pytest.mark.parametrize(
    ("sure", "less_sure"),
    [
        ("What is a deadlock?", "what is a deadlock"),
        ("What is a deadlock?", "You moved it in one weekend?"),
        ("And the other two?", "and why that one"),
    ],
)
def test_the_mark_and_the_form_make_it_surer(sure: str, less_sure: str) -> None:
    first, second = detect_question(sure), detect_question(less_sure)
    assert first is not None
    assert second is not None
    assert first.confidence > second.confidence


@pytest.mark.parametrize(
    "said",
    [
        "Warum nicht?",
        "¿Cuál fue tu mayor error?",
        "Pourquoi avez-vous quitté votre poste ?",
        "Waarom wil je dit?",
    ],
)
def test_a_question_word_of_another_language_counts_with_its_mark(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.confidence > 0.8
    assert detect_question(said.strip("¿? ")) is None


@pytest.mark.parametrize("held_back", [False, True])
def test_both_halves_of_the_labelled_lines_are_judged_well(held_back: bool) -> None:
    lines = [line for line in read_lines(LINES) if line.held_back is held_back]
    found = [
        line for line in lines if (question := detect_question(line.said)) and question.confidence >= SURE
    ]
    right = sum(line.asks for line in found)
    assert right / len(found) >= 0.92
    assert right / sum(line.asks for line in lines) >= 0.92


def test_the_lines_are_many_and_both_halves_have_their_share() -> None:
    lines = read_lines(LINES)
    assert len(lines) >= 400
    assert len({line.said for line in lines}) == len(lines)
    assert 0.4 < sum(line.held_back for line in lines) / len(lines) < 0.6


@given(
    st.lists(st.sampled_from(ASKING + ALSO_ASKING + NOT_ASKING), max_size=6).map(" ".join)
    | st.text(max_size=200)
)
def test_spans_are_the_words_of_the_question(said: str) -> None:
    question = detect_question(said)
    if question is not None:
        spans = [said[start:stop] for start, stop in question.spans]
        words = " ".join(" ".join(spans).split()).casefold()
        assert all(word in words for word in question.text.casefold().split())
        assert all(span.strip() for span in spans)


@given(st.text(max_size=300))
def test_anything_said_is_dealt_with(said: str) -> None:
    question = detect_question(said)
    assert question is None or (question.text.strip() and 0 <= question.confidence <= 1)


@given(st.lists(st.sampled_from(ASKING + NOT_ASKING), max_size=8))
def test_a_long_utterance_yields_a_bounded_question(parts: list[str]) -> None:
    question = detect_question(" ".join(parts))
    assert question is None or len(question.text) <= MAX_CHARACTERS
