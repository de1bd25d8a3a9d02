"""The notes bench counts what the search finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.answers.notes import CORPUS, measure, read_questions
from bus.failures import InputFailure


def test_its_corpus_is_large_enough_and_half_is_held_back() -> None:
    questions = read_questions(CORPUS)
    assert len(questions.asked) >= 60
    assert len(questions.documents) == 5
    assert len(questions.unanswered) >= 20
    assert {one.half for one in questions.asked} == {"open", "held"}


def test_the_last_line_has_the_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("# Pets\nA cat named Tom.\n\n## Why us?\nBread.\n", encoding="utf-8")
    (tmp_path / "questions.toml").write_text(
        'documents = ["a.md"]\nprepared_in = "a.md"\n'
        '[[asked]]\nquestion = "Who is Tom?"\nfile = "a.md"\nholds = "named Tom"\n'
        '[[unanswered]]\nquestion = "What is a monad?"\n'
        '[[prepared]]\nquestion = "And why us?"\nwritten = "Why us?"\n'
        '[[near_miss]]\nquestion = "Why leave?"\n',
        encoding="utf-8",
    )
    measure(tmp_path, megabytes=0.0, show_errors=True)
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["words"]["open"]["first"] == 1
    assert figures["words"]["open"]["matched all the same"] == 0
    assert figures["prepared"]["open"]["right"] == 1


def test_a_folder_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFailure, match=r"questions\.toml cannot be read"):
        measure(tmp_path, megabytes=0.0, show_errors=False)
