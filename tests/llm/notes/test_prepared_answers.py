"""Tests of the match between questions and prepared answers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from llm.notes.prepared_answers import PreparedAnswers
from llm.notes.read.note_files import Note, read_notes

DATA = Path(__file__).parents[2] / "data" / "notes"
LABELLED: dict[str, Any] = tomllib.loads((DATA / "questions.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def prepared() -> PreparedAnswers:
    return PreparedAnswers(read_notes([DATA / "prepared.md"]).notes)


def only(question: str) -> PreparedAnswers:
    return PreparedAnswers([Note("a.md", f"Q: {question}\nA: my reply")])


@pytest.mark.parametrize("entry", LABELLED["prepared"], ids=lambda entry: str(entry["question"]))
def test_reworded_question_finds_its_answer(prepared: PreparedAnswers, entry: dict[str, str]) -> None:
    answer = prepared.best(entry["question"])
    assert answer is not None
    assert answer.question == entry["written"]
    assert answer.file == "prepared.md"


@pytest.mark.parametrize("entry", LABELLED["near_miss"], ids=lambda entry: str(entry["question"]))
def test_merely_similar_question_finds_no_answer(prepared: PreparedAnswers, entry: dict[str, str]) -> None:
    assert prepared.best(entry["question"]) is None


def test_leaving_is_not_joining() -> None:
    leave = only("Why do you want to leave?")
    assert leave.best("so tell me, why are you looking to leave your current job")
    assert leave.best("why do you want to join") is None


def test_answer_is_unchanged() -> None:
    text = PreparedAnswers([Note("a.md", "## Why us?\n\n*Bread*, and\n- people\n")]).best("And why us?")
    assert text is not None
    assert text.text == "*Bread*, and\n- people"


def test_identical_words_have_the_highest_score() -> None:
    answer = only("What is your notice period?").best("What is your notice period?")
    assert answer is not None
    assert answer.score == 1.0


@pytest.mark.parametrize("question", ["", "???", "Why?", "What?", "And you?"])
def test_question_without_words_finds_no_answer(prepared: PreparedAnswers, question: str) -> None:
    assert prepared.best(question) is None


def test_without_notes_there_are_no_answers() -> None:
    assert PreparedAnswers([]).best("Why do you want to leave?") is None
