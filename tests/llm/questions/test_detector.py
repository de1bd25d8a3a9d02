"""Question detection on labelled lines: what counts as a question, and its words."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.answers.question_lines import LINES, read_lines
from llm.questions.detector import MAX_CHARACTERS, detect_question

SURE = 0.5
DATA = Path(__file__).parents[2] / "data"
FORMS = DATA / "question_forms.toml"
"""Elliptic, indirect and rambling questions."""

LABELLED = tomllib.loads((DATA / "labelled_lines.toml").read_text("utf-8"))
ASKING, ALSO_ASKING = LABELLED["asking"], LABELLED["also_asking"]
NOT_ASKING, ALSO_NOT_ASKING = LABELLED["not_asking"], LABELLED["also_not_asking"]
PARTLY_ASKING = [(line["said"], line["asked"]) for line in LABELLED["partly"]]


@pytest.mark.parametrize("said", ASKING)
def test_questions_are_detected(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.confidence >= SURE
    assert question.text.lower() == said.lower()


@pytest.mark.parametrize(("said", "asked"), PARTLY_ASKING)
def test_only_asking_part_is_returned(said: str, asked: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.confidence >= SURE
    assert question.text == asked


@pytest.mark.parametrize("said", ALSO_ASKING)
def test_questions_in_other_words(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.confidence >= SURE


@pytest.mark.parametrize("said", NOT_ASKING + ALSO_NOT_ASKING)
def test_non_questions(said: str) -> None:
    question = detect_question(said)
    assert question is None or question.confidence < SURE


@pytest.mark.parametrize(
    "said", ["Tell me about yourself.", "Can you explain recursion?", "Walk us through it."]
)
def test_request_kind(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.kind == "request"


@pytest.mark.parametrize("said", ["And why that one?", "How so?", "What about the cost?", "How did that go?"])
def test_short_question_that_points_back_leans(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.leans


@pytest.mark.parametrize("said", ["Why do you want to work here?", "Tell me about yourself."])
def test_standalone_question_does_not_lean(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert not question.leans


def test_several_questions_are_one() -> None:
    said = "What is your experience with Terraform? We use it everywhere. And how do you feel about on-call?"
    question = detect_question(said)
    assert question is not None
    assert question.text == "What is your experience with Terraform? How do you feel about on-call?"
    assert [said[start:stop] for start, stop in question.spans] == [
        "What is your experience with Terraform?",
        "how do you feel about on-call?",
    ]


def test_scene_belongs_to_its_question() -> None:
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
def test_self_answered_question_is_not_asked(said: str) -> None:
    assert detect_question(said) is None


def test_question_to_you_is_not_self_answered() -> None:
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
def test_mark_and_form_raise_confidence(sure: str, less_sure: str) -> None:
    first, second = detect_question(sure), detect_question(less_sure)
    assert first is not None
    assert second is not None
    assert first.confidence > second.confidence


@pytest.mark.parametrize("held_back", [False, True])
def test_precision_and_recall_on_labelled_lines(held_back: bool) -> None:
    lines = [line for line in read_lines(LINES) if (line.half == "held back") is held_back]
    found = [
        line for line in lines if (question := detect_question(line.said)) and question.confidence >= SURE
    ]
    right = sum(line.asks for line in found)
    assert right / len(found) >= 0.92
    assert right / sum(line.asks for line in lines) >= 0.92


def test_labelled_lines_are_balanced() -> None:
    lines = read_lines(LINES)
    assert len(lines) >= 400
    assert len({line.said for line in lines}) == len(lines)
    assert 0.4 < sum(line.half == "held back" for line in lines) / len(lines) < 0.6


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
def test_any_text_is_safe(said: str) -> None:
    question = detect_question(said)
    assert question is None or (question.text.strip() and 0 <= question.confidence <= 1)


@given(st.lists(st.sampled_from(ASKING + NOT_ASKING), max_size=8))
def test_question_length_is_bounded(parts: list[str]) -> None:
    question = detect_question(" ".join(parts))
    assert question is None or len(question.text) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("file", "held_back", "precision", "recall"),
    [(FORMS, False, 0.98, 0.95), (FORMS, True, 0.98, 0.95), (LINES, True, 0.98, 0.95)],
)
def test_forms_precision_and_recall(file: Path, held_back: bool, precision: float, recall: float) -> None:
    lines = [line for line in read_lines(file) if (line.half == "held back") is held_back]
    found = [line for line in lines if detect_question(line.said)]
    right = sum(line.asks for line in found)
    assert right / len(found) >= precision
    assert right / sum(line.asks for line in lines) >= recall


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (
            "So, yeah, I guess what I'm trying to get at is, um, why you left your last job.",
            "why you left your last job.",
        ),
        ("We had an outage last year. Walk me through how you would debug that.", "Walk me through"),
        ("Pretend I'm five years old and explain recursion.", "explain recursion"),
        ("Now do it without extra space.", "without extra space"),
        ("Time complexity?", "Time complexity?"),
        ("Your biggest weakness.", "Your biggest weakness."),
    ],
)
def test_asking_words_are_in_question(said: str, asked: str) -> None:
    found = detect_question(said)
    assert found is not None
    assert found.confidence >= 0.5
    assert asked in found.text


@pytest.mark.parametrize(
    "said",
    [
        "The time complexity? It's linear.",
        "The biggest risk? Running out of money, of course.",
        "You led that team, right?",
        "They asked me why I left my last job.",
    ],
)
def test_self_answered_or_reported_is_no_question(said: str) -> None:
    assert detect_question(said) is None
