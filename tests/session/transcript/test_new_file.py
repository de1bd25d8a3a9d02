from __future__ import annotations

import stat
from pathlib import Path

import pytest

from session.transcript.new_file import write_new


def test_a_new_file_is_the_users_alone(tmp_path: Path) -> None:
    file = write_new(tmp_path / "a.md", b"words")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"words", 0o600)


def test_existing_names_and_links_are_untouched(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("mine")
    (tmp_path / "a-2.md").symlink_to(tmp_path / "elsewhere")
    assert write_new(tmp_path / "a.md", b"words") == tmp_path / "a-3.md"
    assert (tmp_path / "a.md").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_new(tmp_path / "gone" / "a.md", b"words")
