"""A session is saved to the file, to the store, or to both."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import MachineFailure
from session.settings import SessionSettings
from session.store import folder
from session.store.saving import SaveFiles, save_paths, with_save_files
from tests.session.transcript.sessions import saved, turn

SESSION = saved(turn("The data.", 3, 4))


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_nothing_is_saved_without_a_file_and_without_the_store() -> None:
    assert save_paths(with_save_files(SessionSettings())) == []
    with SaveFiles(SessionSettings()) as files:
        assert not files


def test_a_file_and_the_store_both_get_the_session(tmp_path: Path) -> None:
    settings = with_save_files(SessionSettings(save=str(tmp_path / "talk.md"), store=True, expire="30d"))
    assert with_save_files(settings) == settings  # a resumed session keeps its files
    with SaveFiles(settings) as files:
        written = files.write(SESSION)
    assert written == [
        tmp_path / "talk.md",
        folder.folder() / "2026-11-28-174500.65s.until-2026-12-28.json",
    ]
    assert all("The data" in path.read_text() for path in written)
    assert [*folder.folder().iterdir()] == written[1:]


def test_both_are_encrypted_if_the_settings_say_so(tmp_path: Path) -> None:
    settings = SessionSettings(save=str(tmp_path / "talk.md"), store=True, encrypt=True)
    assert [path.suffix for path in save_paths(with_save_files(settings))] == [".age", ".age"]


def test_a_folder_that_is_gone_does_not_cost_the_other_file(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    settings = with_save_files(SessionSettings(save=str(gone / "talk.md"), store=True))
    with SaveFiles(settings) as files:
        for left in gone.iterdir():
            left.unlink()
        gone.rmdir()
        with pytest.raises(MachineFailure, match=r"talk\.md") as raised:
            files.write(SESSION)
    (kept,) = folder.entries()
    assert raised.value.kept == f"it in {kept.path}"
