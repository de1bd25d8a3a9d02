"""Elliptic, indirect and rambling questions: found, without taking more statements for questions."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.answers.question_lines import LINES, read_lines
from llm.questions.detector import detect_question

FORMS = Path(__file__).parents[2] / "data" / "question_forms.toml"


@pytest.mark.parametrize(
    ("file", "held_back", "precision", "recall"),
    [(FORMS, False, 0.98, 0.95), (FORMS, True, 0.98, 0.95), (LINES, True, 0.98, 0.95)],
)
def test_forms_are_found_at_no_cost_in_precision(
    file: Path, held_back: bool, precision: float, recall: float
) -> None:
    lines = [line for line in read_lines(file) if line.held_back == held_back]
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
def test_what_is_asked_is_in_the_question(said: str, asked: str) -> None:
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
def test_what_its_speaker_answers_or_reports_is_no_question(said: str) -> None:
    assert detect_question(said) is None
