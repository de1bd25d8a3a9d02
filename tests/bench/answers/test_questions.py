"""Bench of question detection on lines, and on a session with labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.answers import question_finals
from bench.answers.precision import Verdict, scores
from bench.answers.question_lines import LINES, read_lines
from bench.answers.questions import measure
from bus.failures import InputFailure
from tests.support.llm_events import final

LABELLED = """
[[group]]
name = "some"
label = "question"
lines = ["Okay. «Why Postgres?»", "how so"]
[[group]]
name = "others"
label = "none"
lines = ["I like Postgres.", "Can you hear me?"]
"""


def session(folder: Path, labels: dict[str, list[int | list[int]]], *texts: str) -> Path:
    """Write a session's output, and which of its utterances ask."""
    path = folder / "talk.jsonl"
    finals = [final(text, utterance=number, start_s=4.0 * number) for number, text in enumerate(texts, 1)]
    events = [
        {"seq": number, "logged_ns": number, **msgspec.to_builtins(each)}
        for number, each in enumerate(finals, 1)
    ]
    path.write_bytes(
        b'{"seq":0,"logged_ns":0,"type":"Other"}\n' + msgspec.json.Encoder().encode_lines(events)
    )
    path.with_suffix(".asks.json").write_bytes(msgspec.json.encode(labels))
    return path


def last_line(printed: str) -> dict[str, Any]:
    return msgspec.json.decode(printed.strip().splitlines()[-1])  # type: ignore[no-any-return]


def test_marks_delimit_the_question() -> None:
    (marked, *_) = [
        line for line in read_lines(LINES) if line.span and line.said != line.said[slice(*line.span)]
    ]
    assert marked.span is not None
    assert "«" not in marked.said
    assert 0 < len(marked.said[slice(*marked.span)]) < len(marked.said)


def test_the_last_line_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lines.toml"
    path.write_text(LABELLED, encoding="utf-8")
    measure(path, {"de": path}, show_errors=True)
    figures = last_line(capsys.readouterr().out)
    assert sum(half["count"] for half in figures["halves"].values()) == 4
    assert sum(half["count"] for half in figures["languages"]["de"].values()) == 4


def test_unreadable_lines_are_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "lines.toml"
    path.write_text("[[group]]\nname = 1", encoding="utf-8")
    with pytest.raises(InputFailure, match="cannot be read"):
        read_lines(path)


def test_precision_and_recall_count_hits_and_misses() -> None:
    verdicts = [Verdict(True, True, 0.9)] * 3 + [Verdict(True, False, 0.0)] + [Verdict(False, True, 0.6)] * 2
    figures = scores(verdicts)
    assert (figures["precision"], figures["recall"]) == (0.6, 0.75)
    low, high = figures["recall_between"]
    assert low < 0.75 < high


def test_a_session_is_scored_by_its_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = session(
        tmp_path,
        {"call": [1, [2, 3], 4]},
        "Why Postgres?",
        "So what would you do if the",
        "disk is full?",
        "Hm.",
    )
    question_finals.measure([path], show_errors=True)
    printed = capsys.readouterr().out
    together = msgspec.json.decode(printed.splitlines()[-1])["together"]
    assert (together["precision"], together["ask"]) == (1.0, 3)
    assert together["recall"] == pytest.approx(2 / 3)
    assert "missed  Hm." in printed


def test_a_question_where_none_is_labelled_is_a_false_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question_finals.measure([session(tmp_path, {"call": []}, "Why Postgres?")], show_errors=True)
    assert "false  Why Postgres?" in capsys.readouterr().out


def test_a_session_without_labels_is_a_failure(tmp_path: Path) -> None:
    path = session(tmp_path, {"call": []}, "Why Postgres?")
    path.with_suffix(".asks.json").unlink()
    with pytest.raises(InputFailure, match="cannot be read"):
        question_finals.measure([path], show_errors=False)
