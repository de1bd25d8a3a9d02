"""`cuecard sessions`: list, show, search, export, delete, expire, compare, over files on a disk."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner, Result

from session.commands.app import app
from session.store import folder
from session.store.entry import stored_path
from session.transcript.save import save
from session.transcript.saved_session import SavedSession
from tests.session.store.test_measures import practice
from tests.session.transcript.sessions import question, saved, turn

NOW = datetime.datetime.now().astimezone()
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("session.store.folder.folder", lambda: tmp_path / "cuecard" / "sessions")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    return lambda *arguments: CliRunner().invoke(app, ["sessions", *map(str, arguments)])


def store(
    days_ago: int = 0, expire: str = "", *, encrypted: bool = False, session: SavedSession | None = None
) -> Path:
    started = NOW - datetime.timedelta(days=days_ago)
    session = session or saved(
        turn("We will buy Zanzibar.", 67, 69, "call"),
        questions=[question(1, 70, text="Why?", answer="It is **large**.", model="small", complete=True)],
        started=started,
    )
    suffix = ".json.age" if encrypted else ".json"
    path = stored_path(folder.make_folder() / f"x{suffix}", session, expire)
    return save(session, path, "a horse, a battery" if encrypted else "")


def test_nothing_stored_is_said_and_creates_nothing(run: Run) -> None:
    listed = run("list")
    assert (listed.exit_code, listed.stdout) == (0, "")
    assert "No session is stored." in listed.stderr
    assert not folder.folder().exists()


def test_the_list_has_no_content(run: Run) -> None:
    file = store(3, "30d")
    listed = run("list").stdout
    until = (NOW - datetime.timedelta(days=3)).date() + datetime.timedelta(days=30)
    for shown in (file.name[:17], "1 minute", "json", str(until)):
        assert shown in listed
    assert "Zanzibar" not in listed
    row = json.loads(run("list", "--json").stdout)
    assert (row["length_s"], row["encrypted"], row["until"]) == (65, False, str(until))


def test_every_command_deletes_what_has_expired(run: Run) -> None:
    file, kept = store(31, "30d"), store(1, "30d")
    listed = run("list")
    assert "1 session has expired and was deleted." in listed.stderr
    assert (file.exists(), kept.exists()) == (False, True)
    assert run("expire", "last", "0d").exit_code == 0
    (entry,) = folder.entries()
    entry.path.rename(entry.path_until(NOW.date() - datetime.timedelta(days=1)))
    assert run("expire").exit_code == 0
    assert folder.entries() == []


def test_show_and_export(run: Run, tmp_path: Path) -> None:
    store()
    assert "We will buy Zanzibar" in run("show").stdout
    exported = run("export", "last", tmp_path / "minutes.docx")
    assert exported.stdout.strip() == str(tmp_path / "minutes.docx")
    texts = [each.text for each in docx.Document(str(tmp_path / "minutes.docx")).paragraphs]
    assert "We will buy Zanzibar." in texts
    again = run("export", "last", tmp_path / "minutes.docx")
    assert "exists already" in str(again.exception)


def test_search_says_session_and_time(run: Run) -> None:
    file = store()
    assert run("search", "zanzibar").stdout == f"{file.name[:17]}  1:07  Them: We will buy Zanzibar.\n"
    found = json.loads(run("search", "--json", "LARGE").stdout)
    assert (found["session"], found["time"], found["speaker"]) == (file.name[:17], "1:10", "small")
    assert run("search", "elephant").stdout == ""


@pytest.mark.long
def test_encrypted_sessions_need_the_passphrase(run: Run, tmp_path: Path) -> None:
    store(encrypted=True)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("a horse, a battery")
    assert "no terminal to ask on" in str(run("search", "zanzibar").exception)
    assert "Zanzibar" in run("search", "zanzibar", "--passphrase-file", passphrase).stdout
    exported = run("export", "last", tmp_path / "talk.md.age", "--passphrase-file", passphrase)
    assert exported.exit_code == 0
    assert b"Zanzibar" not in (tmp_path / "talk.md.age").read_bytes()
    passphrase.write_text("another passphrase")
    assert "cannot be decrypted" in run("search", "zanzibar", "--passphrase-file", passphrase).stderr


def test_delete_says_what_may_remain(run: Run) -> None:
    file, other = store(), store(5)
    refused = run("delete", "last")
    assert "no terminal to ask on" in str(refused.exception)
    assert file.exists()
    deleted = run("delete", "last", "--yes")
    assert "an SSD may still hold older copies" in deleted.stderr
    assert (file.exists(), other.exists()) == (False, True)
    assert run("delete", "--all", "--yes").exit_code == 0
    assert folder.entries() == []


def test_practices_are_compared(run: Run, tmp_path: Path) -> None:
    assert "No practice with measures is stored." in run("compare").stderr
    store(session=practice(0))
    store(session=practice(7, words=150))
    (tmp_path / "cuecard" / "sessions" / "mine.md").write_text("mine")
    compared = run("compare")
    assert compared.stdout.startswith("2 practices, 2026-11-28 to 2026-12-05\n")
    assert "▁█  120.0 → 150.0 words a minute" in compared.stdout
    assert "mine.md is not JSON" in compared.stderr
    page = run("compare", "--html", tmp_path / "practices.html").stdout.strip()
    assert "<svg" in Path(page).read_text()
    assert "Zanzibar" not in Path(page).read_text()
