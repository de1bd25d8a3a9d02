"""The question on the terminal after a session."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from session.review import strings
from session.review.handover import Handover
from session.review.question import ask
from tests.session.transcript.sessions import saved, turn

SESSION = Handover(session=saved(turn("The data.", 3, 4)))

SESSION_TO_ENCRYPT = Handover(session=SESSION.session, encrypts=True)


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answered(monkeypatch: pytest.MonkeyPatch, typed: str, handover: Handover = SESSION) -> list[Path]:
    files: list[Path] = []
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    ask(handover, files.append)
    return files


@pytest.mark.parametrize("typed", ["", "\n", "n\n", "N\n", "nothing\n"])
def test_nothing_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, typed: str) -> None:
    assert answered(monkeypatch, typed) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("typed", "suffix"), [("m", ".md"), ("J", ".json"), ("html", ".html")])
def test_the_session_is_saved_under_the_suggested_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, typed: str, suffix: str
) -> None:
    (file,) = answered(monkeypatch, f"{typed}\n\n")
    assert file.samefile(tmp_path / f"Cuecard 2026-11-28 17.45{suffix}")
    assert "The data." in file.read_text()


def test_the_user_may_name_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (file,) = answered(monkeypatch, f"m\n{tmp_path / 'mine.srt'}\n")
    assert file.read_text().startswith("1\n00:00:03,000")


def test_an_encrypted_file_needs_a_passphrase_and_a_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answered(monkeypatch, f"m\n{tmp_path / 'a.md.age'}\nn\n") == []
    assert answered(monkeypatch, "w\na.docx\n", SESSION_TO_ENCRYPT) == []
    assert capsys.readouterr().err.count("a passphrase is needed, and there is no terminal") == 2
    assert list(tmp_path.iterdir()) == []


def test_a_failure_asks_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file,) = answered(monkeypatch, "x\nm\n/nowhere/a.md\nm\na.odt\nm\na.md\n")
    assert file == Path("a.md")
    shown = capsys.readouterr().err
    assert strings.SAVE_QUESTION_HELP in shown
    assert "/nowhere/a.md cannot be written (No such file or directory)" in shown
    assert "a.odt has no known format" in shown


@pytest.mark.parametrize(
    ("typed", "setting", "until"),
    [
        ("s\n\n\n", "", ".until-2026-12-28"),
        ("s\n7\nn\n", "", ".until-2026-12-05"),
        ("store\nnever\n\n", "9d", ""),
    ],
)
def test_the_store_takes_a_session_with_its_last_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, typed: str, setting: str, until: str
) -> None:
    handover = Handover(session=SESSION.session, store=str(tmp_path), expire=setting)
    (file,) = answered(monkeypatch, typed, handover)
    assert file.parent == tmp_path
    assert file.name == f"2026-11-28-174500.65s{until}.json"
    assert "The data." in file.read_text()


def test_a_wrong_number_of_days_asks_again_and_no_store_is_no_choice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handover = Handover(session=SESSION.session, store=str(tmp_path))
    assert answered(monkeypatch, "s\nsoon\nn\n", handover) == []
    assert "'soon' is no number of days" in capsys.readouterr().err
    assert answered(monkeypatch, "s\nn\n") == []
    assert strings.SAVE_QUESTION_HELP in capsys.readouterr().err
