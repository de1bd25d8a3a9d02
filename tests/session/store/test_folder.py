"""The store on a disk: private, expired sessions are deleted, deleted ones are overwritten."""

from __future__ import annotations

import datetime
import os
import stat
from pathlib import Path

import pytest

from bus.failures import UsageFailure
from session.store import folder
from session.store.entry import stored_path
from session.transcript.save import save
from tests.session.transcript.sessions import saved, turn

SESSION = saved(turn("We will buy Zanzibar.", 0, 2))
TODAY = datetime.datetime.now().astimezone()


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("session.store.folder.folder", lambda: tmp_path / "cuecard" / "sessions")


def store(days_ago: int, expire: str = "") -> Path:
    started = TODAY - datetime.timedelta(days=days_ago)
    session = saved(turn("We will buy Zanzibar.", 0, 2), started=started)
    return save(session, stored_path(folder.make_folder() / "x.json", session, expire))


def test_only_the_user_can_read_it() -> None:
    file = store(0)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_folder_is_no_session() -> None:
    assert (folder.entries(), folder.delete_expired()) == ([], [])
    assert not folder.folder().exists()


def test_expired_sessions_are_deleted_and_no_others() -> None:
    old, due, kept, forever = store(40, "30d"), store(31, "30d"), store(30, "30d"), store(400)
    (folder.folder() / "mine.md").write_text("mine")
    assert {entry.path for entry in folder.delete_expired()} == {old, due}
    assert {entry.path for entry in folder.entries()} == {kept, forever, folder.folder() / "mine.md"}


def test_a_deleted_session_is_overwritten_first(tmp_path: Path) -> None:
    file = store(0)
    os.link(file, tmp_path / "what the disk holds")
    size = file.stat().st_size
    folder.delete(folder.find("last"))
    assert not file.exists()
    assert (tmp_path / "what the disk holds").read_bytes() == bytes(size)


def test_space_of_killed_sessions_is_removed(tmp_path: Path) -> None:
    file = store(0)
    left = folder.folder() / ".2026-11-28-174500.json.999999999-abc_1.part"
    running = folder.folder() / f".2026-11-28-174500.json.{os.getpid()}-abc_1.part"
    for part in (left, running):
        part.write_text("We will")
    folder.delete_expired()
    assert {*folder.folder().iterdir()} == {file, running}


def test_another_time_renames_the_file() -> None:
    store(0, "30d")
    until = TODAY.date() - datetime.timedelta(days=1)
    entry = folder.set_expiry(folder.find("last"), until)
    assert (entry.until, [each.until for each in folder.entries()]) == (until, [until])
    folder.delete_expired()
    assert folder.entries() == []


def test_names_are_found_by_their_beginning() -> None:
    newest, oldest = store(0), store(300)
    assert folder.find("last").path == newest
    assert folder.find(oldest.name[:10]).path == oldest
    for name, said in (("", "no session is called"), ("1999", "no session"), (oldest.name[:2], "2 sessions")):
        with pytest.raises(UsageFailure, match=said):
            folder.find(name)


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    store(0)
    (tmp_path / "mine").write_text("mine")
    (folder.folder() / "2020-01-01-000000.1s.until-2020-01-02.json").symlink_to(tmp_path / "mine")
    assert folder.delete_expired() == []
    assert (tmp_path / "mine").read_text() == "mine"
