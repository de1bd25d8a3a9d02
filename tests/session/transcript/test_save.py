from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from bus import messages as m
from bus.failures import MachineFailure, UsageFailure
from session.transcript.record import Record
from session.transcript.save import check, save
from tests.support.events import discarded, final, log, question, revised, started

SCRIPTS = (
    "ما هي أكبر نقطة ضعف لديك؟",
    "מה הייתה הנקודה הקשה ביותר ב-API הזה?",
    "你为什么选择 Postgres？",
    "なぜ、このデータベースを選んだのですか？",
    "แล้วคุณล่ะ 👩\u200d💻?",
)
"""Right to left, mixed with Latin, without spaces, with combining and joined characters."""


def recorded(*events: m.Event) -> Record:
    fold = Record()
    for logged in log(*events):
        fold.apply(logged)
    return fold


@pytest.fixture
def record() -> Record:
    passage = m.Passage(file="resume.md", heading="Work", text="Four services.", score=3.0)
    return recorded(
        started("call", 0),
        started("mic", 500_000_000),
        final(1, "Because of the <data>.", "mic", 60.0, 62.5),
        final(1, "What was hard?", "call", 1.0, 2.0),
        question(1, "What was hard?"),
        m.PassagesRetrieved(question=1, passages=[passage], search_ms=1.0),
        m.AnswerFinished(question=1, text="The **data**.", model="small", stop_reason="stop"),
        question(2, "And why?"),
        m.AnswerStopped(question=2, cause="cut", kept="Becau"),
    )


def test_lines_are_in_the_order_of_speech_on_one_clock(record: Record) -> None:
    assert [(line.source, line.start_s) for line in record.lines()] == [("call", 1.0), ("mic", 60.5)]


def test_markdown(record: Record, tmp_path: Path) -> None:
    file = tmp_path / "s.md"
    save(record, file)
    text = file.read_text()
    assert text.index("What was hard?") < text.index("Because of the <data>.")
    assert "resume.md, Work: Four services." in text
    assert "The **data**." in text
    assert "Becau\n\n*(not complete)*" in text


def test_srt(record: Record, tmp_path: Path) -> None:
    file = tmp_path / "s.srt"
    save(record, file)
    assert file.read_text() == (
        "1\n00:00:01,000 --> 00:00:02,200\ncall: What was hard?\n\n"
        "2\n00:01:00,500 --> 00:01:03,200\nmic: Because of the <data>.\n"
    )


def test_vtt(record: Record, tmp_path: Path) -> None:
    file = tmp_path / "s.vtt"
    save(record, file)
    text = file.read_text()
    assert text.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.200\n<v call>What was hard?\n\n")
    assert "&lt;data>" in text


def test_json(record: Record, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    save(record, file)
    document = json.loads(file.read_text())
    assert [line["text"] for line in document["lines"]] == ["What was hard?", "Because of the <data>."]
    assert document["questions"]["1"]["answer"] == "The **data**."


@pytest.mark.parametrize("suffix", ["md", "srt", "vtt", "json"])
def test_unclear_utterances_are_saved_with_marks(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"s.{suffix}"
    lost = m.UtteranceLost(source="mic", utterance=4, start_sample=0, stop_sample=1, cause="gone")
    fold = recorded(
        started(),
        final(1, "Honestly,", unconfirmed=True),
        discarded(2, speech_ms=900.0),
        discarded(3, speech_ms=32.0),
        lost,
        final(5, "That is sure."),
    )
    save(fold, file)
    text = file.read_text()
    assert text.count("could not be understood") == 1
    assert text.count("was lost before it could be transcribed") == 1
    assert ("[unconfirmed] Honestly," in text) is (suffix != "json")
    assert "[unconfirmed] That" not in text
    if suffix == "json":
        assert [line["unconfirmed"] for line in json.loads(text)["lines"]] == [True, True, True, False]


@pytest.mark.parametrize("suffix", ["md", "srt", "vtt", "json"])
def test_a_continued_turn_and_its_question_are_saved_once(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"s.{suffix}"
    whole = "Tell me about a time when you failed."
    fold = recorded(
        started("call"),
        final(1, "Tell me about a thyme.", "call", 1.0, 2.0),
        question(1, "Tell me about a thyme.", utterance=1),
        m.AnswerStopped(question=1, cause="a newer question", kept="Thyme is"),
        final(2, "Tell me about a thyme when you failed.", "call", 1.0, 4.0, replaces=[1]),
        revised(2, whole, "call"),
        question(2, whole, utterance=2, replaces=1),
        m.AnswerFinished(question=2, text="Once I failed.", model="small", stop_reason="stop"),
        m.AnswerStopped(question=1, cause="late", kept="Thyme is"),
    )
    save(fold, file)
    text = file.read_text()
    assert text.count(whole) == (1 if suffix in ("srt", "vtt") else 2), "the line, and the question"
    assert "hyme" not in text
    assert [(line.start_s, line.stop_s) for line in fold.lines()] == [(1.0, 4.2)]


@pytest.mark.parametrize("suffix", ["md", "srt", "vtt", "json"])
@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_is_saved_unharmed(tmp_path: Path, suffix: str, text: str) -> None:
    file = tmp_path / f"s.{suffix}"
    save(recorded(started("call"), final(1, text, "call", 1.0, 2.0), question(1, text)), file)
    assert text in file.read_bytes().decode("utf-8")
    assert "\\u" not in file.read_text("utf-8")


def test_a_saved_session_is_the_users_alone(record: Record, tmp_path: Path) -> None:
    file = tmp_path / "s.md"
    save(record, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_symlink_at_the_temporary_file_is_not_followed(record: Record, tmp_path: Path) -> None:
    trap = tmp_path / ".s.md.part"
    trap.symlink_to(tmp_path / "elsewhere")
    save(record, tmp_path / "s.md")
    assert not (tmp_path / "elsewhere").exists()
    assert (tmp_path / "s.md").read_text().startswith("# Session")


@pytest.mark.parametrize("name", ["s.docx", "s", "missing/s.md"])
def test_unwritable_place_is_refused_before_the_session(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageFailure):
        check(tmp_path / name)


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "s.md"
    file.write_text("mine")
    with pytest.raises(UsageFailure, match="untouched"):
        check(file)


def test_full_disk_is_reported_and_leaves_no_partial_file(record: Record, tmp_path: Path) -> None:
    with pytest.raises(MachineFailure, match="could not be saved"):
        save(record, tmp_path / "gone" / "s.md")
