from __future__ import annotations

import errno
import html
import json
import os
import re
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bus import messages as m
from bus.failures import MachineFailure, UsageFailure
from session.transcript.formats.table import FORMATS
from session.transcript.record import Record
from session.transcript.save import SaveFile, check, save
from session.transcript.saved_session import SavedSession
from session.view.printable import printable
from tests.support.events import discarded, final, log, question, revised, started

SCRIPTS = (
    "ما هي أكبر نقطة ضعف لديك؟",
    "מה הייתה הנקודה הקשה ביותר ב-API הזה?",
    "你为什么选择 Postgres？",
    "なぜ、このデータベースを選んだのですか？",
    "แล้วคุณล่ะ 👩\u200d💻?",
)
"""Right to left, mixed with Latin, without spaces, with combining and joined characters."""


STARTED = datetime(2026, 11, 28, 17, 45, tzinfo=UTC)


def projected(*events: m.Event) -> Record:
    record = Record()
    for logged in log(*events):
        record.apply(logged)
    return record


def recorded(*events: m.Event) -> SavedSession:
    return projected(*events).result(started=STARTED)


def joined(file: Path) -> str:
    """Return a file's text with its lines joined, and without the numbers and times of captions."""
    text = re.sub(r"\n\n(\d+\n)?[\d:.,]+ --> .*\n(<v .*?>)?", " ", file.read_bytes().decode("utf-8"))
    return " ".join(text.split())


@pytest.fixture
def record() -> SavedSession:
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


def test_lines_are_in_the_order_of_speech_on_one_clock(record: SavedSession) -> None:
    assert [(line.source, line.start_s) for line in record.turns] == [("call", 1.0), ("mic", 60.5)]


def test_markdown(record: SavedSession, tmp_path: Path) -> None:
    file = tmp_path / "s.md"
    save(record, file)
    text = file.read_text()
    assert text.index("What was hard?") < text.index("Because of the \\<data\\>.")
    assert "resume.md, Work: Four services." in text
    assert "> The **data**." in text
    assert "> Becau\n>\n> *(not complete: cut)*" in text
    assert "**Length:** 1 minute" in text


def test_srt(record: SavedSession, tmp_path: Path) -> None:
    file = tmp_path / "s.srt"
    save(record, file)
    assert file.read_text() == (
        "1\n00:00:01,000 --> 00:00:02,200\ncall: What was hard?\n\n"
        "2\n00:01:00,500 --> 00:01:03,200\nmic: Because of the ‹data›.\n"
    )


def test_vtt(record: SavedSession, tmp_path: Path) -> None:
    file = tmp_path / "s.vtt"
    save(record, file)
    text = file.read_text()
    assert text.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.200\n<v call>What was hard?\n\n")
    assert "&lt;data&gt;" in text


def test_json(record: SavedSession, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    save(record, file)
    document = json.loads(file.read_text())
    assert [line["text"] for line in document["turns"]] == ["What was hard?", "Because of the <data>."]
    assert [question["answer"] for question in document["questions"]] == ["The **data**.", "Becau"]


@pytest.mark.parametrize("suffix", ["md", "html", "srt", "vtt", "json"])
def test_unclear_utterances_are_saved_with_marks(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"s.{suffix}"
    lost = m.UtteranceLost(source="mic", utterance=4, start_sample=96_000, stop_sample=112_000, cause="gone")
    fold = recorded(
        started(),
        final(1, "Honestly,", start_s=0, end_s=1, unconfirmed=True),
        discarded(2, start_s=2, speech_ms=900.0),
        discarded(3, start_s=4, speech_ms=32.0),
        lost,
        final(5, "That is sure.", start_s=8, end_s=9),
        msgspec.structs.replace(final(6, "Then it", start_s=10, end_s=11), beside_gap=True),
    )
    save(fold, file)
    text = joined(file)
    assert text.count("could not be understood") == 1
    assert text.count("was lost before it could be transcribed") == 1
    mark, cut = (
        ("\\[unconfirmed\\]", "\\[audio missing\\]")
        if suffix == "md"
        else ("[unconfirmed]", "[audio missing]")
    )
    assert (f"{mark} Honestly," in text) is (suffix != "json")
    assert (f"{cut} Then it" in text) is (suffix != "json")
    assert "unconfirmed] That" not in text
    if suffix == "json":
        lines = json.loads(text)["turns"]
        assert [line["unconfirmed"] for line in lines] == [True, True, True, False, False]
        assert [line["audio_missing"] for line in lines] == [False, False, False, False, True]


@pytest.mark.parametrize("suffix", ["md", "html", "srt", "vtt", "json"])
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
    text = joined(file)
    assert text.count(whole) == (1 if suffix in ("srt", "vtt") else 2), "the line, and the question"
    assert "hyme" not in text
    assert [(line.start_s, line.stop_s) for line in fold.turns] == [(1.0, 4.2)]


@pytest.mark.parametrize("suffix", ["md", "html", "srt", "vtt", "json"])
@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_is_saved_unharmed(tmp_path: Path, suffix: str, text: str) -> None:
    file = tmp_path / f"s.{suffix}"
    save(recorded(started("call"), final(1, text, "call", 1.0, 2.0), question(1, text)), file)
    assert text in joined(file)
    assert "\\u" not in file.read_text("utf-8")


def test_a_saved_session_is_the_users_alone(record: SavedSession, tmp_path: Path) -> None:
    file = tmp_path / "s.md"
    save(record, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_nothing_that_appeared_meanwhile_is_overwritten(
    record: SavedSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    def refuse(*names: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")  # as on exFAT

    file = tmp_path / "s.md"
    with SaveFile(file) as reserved:
        file.write_text("mine")
        (tmp_path / "s-2.md").symlink_to(tmp_path / "elsewhere")
        if not links:
            monkeypatch.setattr("os.link", refuse)
        saved = reserved.write(record)
    assert saved == tmp_path / "s-3.md"
    assert saved.read_text().startswith("# Session")
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert file.read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="space is written there")
def test_space_is_reserved_and_given_back(record: SavedSession, tmp_path: Path) -> None:
    with SaveFile(tmp_path / "s.md") as file:
        (part,) = tmp_path.iterdir()
        assert part.stat().st_blocks * 512 >= 1 << 20
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
        file.reserve(8 << 20)
        assert part.stat().st_blocks * 512 >= 8 << 20
        saved = file.write(record)
    assert saved.stat().st_size == len(saved.read_bytes()) < 2000
    assert saved.read_bytes().endswith(b"not measured\n")
    with SaveFile(tmp_path / "unused.md"):
        pass
    assert list(tmp_path.iterdir()) == [saved]


def test_space_of_killed_sessions_is_removed(tmp_path: Path) -> None:
    dead = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True, check=True).stdout.strip()
    left, of_others = tmp_path / f".s.md.{dead}-abc.part", tmp_path / f".s.md.{os.getpid()}-abc.part"
    of_another = tmp_path / f".other.md.{dead}-abc.part"
    for file in (left, of_others, of_another):
        file.write_text("")
    with SaveFile(tmp_path / "s.md"):
        assert not left.exists()
        assert of_others.exists()
        assert of_another.exists()


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), max_size=5),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=500),
)
def test_enough_space_is_reserved_for_every_format(said: list[str], answer: str) -> None:
    finals = [final(number, text, "call", number, number + 1) for number, text in enumerate(said, 1)]
    passages = [m.Passage(file=text, heading=text, text=text, score=1.0) for text in said]
    record = projected(
        started("call"),
        *finals,
        question(1, answer),
        m.PassagesRetrieved(question=1, passages=passages, search_ms=1.0),
        m.AnswerFinished(question=1, text=answer, model="m", stop_reason="stop"),
    )
    saved = record.result(started=STARTED)
    for write in FORMATS.values():
        assert len(write(saved)) <= record.size_bytes + 5000


@pytest.mark.parametrize("suffix", ["srt", "vtt", "json"])
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
@example(text="a\n\n2\n00:00:00,000 --> 00:00:09,000\nI confess <b>{\\an8}\x1b]0;x\x07\x9b")
def test_captions_and_json_are_inert(suffix: str, text: str) -> None:
    fold = recorded(started("call"), final(1, text, "call", 1.0, 2.0))
    written = FORMATS[f".{suffix}"](fold).decode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", written)
    if suffix == "json":
        assert json.loads(written)["turns"][0]["text"] == printable(text)
        return
    blocks = [block.splitlines() for block in written.removeprefix("WEBVTT\n").strip().split("\n\n")]
    cues = [block[1:] if suffix == "srt" else block for block in blocks]
    assert all(" --> " in times for times, *_ in filter(None, cues))
    lines = [line.removeprefix("<v call>") for _, *lines in filter(None, cues) for line in lines]
    markup = r"<|>" if suffix == "vtt" else r"<|>|\{\\"
    assert not any(re.search(markup, line) for line in lines)
    said = "".join(lines).removeprefix("call:")
    plain = html.unescape(said) if suffix == "vtt" else said
    assert re.sub(r"\W", "", plain) == re.sub(r"\W", "", printable(text))


@pytest.mark.parametrize("name", ["s.odt", "s", "s.age", "missing/s.md"])
def test_unwritable_place_is_refused_before_the_session(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageFailure):
        check(tmp_path / name)


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "s.md"
    file.write_text("mine")
    with pytest.raises(UsageFailure, match="untouched"):
        check(file)


def test_full_disk_is_reported_and_leaves_no_partial_file(record: SavedSession, tmp_path: Path) -> None:
    with pytest.raises(MachineFailure, match="cannot be saved"):
        save(record, tmp_path / "gone" / "s.md")
