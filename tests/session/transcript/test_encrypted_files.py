"""Encrypted saved sessions: no word is in the file; decrypt and view open it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import Failure, InputFailure
from session.decrypting import decrypt
from session.encryption import encrypted_name
from session.run.end.viewing import view
from session.transcript.formats.table import FORMATS, file_body, format_of
from session.transcript.save import SaveFile, check, save
from session.transcript.saved_session import Request
from tests.session.transcript.sessions import question, saved, turn

_PASSPHRASE = "a horse, a battery and a staple"
_SECRETS = ("Zanzibar", "Quicksilver", "marmalade", "secret.example.com", "Wolpertinger")
SESSION = saved(
    turn("We will buy Zanzibar.", 0, 2, "call"),
    questions=[question(1, 2, text="Why Quicksilver?", answer="Because of marmalade.", complete=True)],
    left_machine=[
        Request(
            at_s=2,
            question=1,
            host="secret.example.com",
            model="m",
            body='{"a":"Wolpertinger"}',
            body_bytes=7,
        )
    ],
)


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    file = folder / "passphrase"
    file.write_text(f"{_PASSPHRASE}\n")
    return file


@pytest.mark.long
@pytest.mark.parametrize("suffix", [*FORMATS])
def test_a_stolen_disk_shows_nothing_readable(tmp_path: Path, passphrase_file: Path, suffix: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    written = save(SESSION, disk / f"talk{suffix}.age", _PASSPHRASE)
    (only,) = disk.iterdir()
    image = only.name.encode() + only.read_bytes()
    assert written == only
    assert format_of(only) == suffix
    for word in (*_SECRETS, "question", "Session", "cuecard"):
        assert word.encode() not in image
        assert word.encode("utf-16-le") not in image
    ((plain,), is_whole) = decrypt(only, passphrase_file, tmp_path / f"out{suffix}")
    assert (plain.name, is_whole) == (f"out{suffix}", True)
    assert plain.read_bytes() == file_body(SESSION, Path(f"talk{suffix}"))
    if suffix == ".json":
        assert all(word.encode() in plain.read_bytes() for word in _SECRETS)


@pytest.mark.long
def test_the_space_that_was_reserved_has_no_words(tmp_path: Path) -> None:
    with SaveFile(tmp_path / "talk.md.age", _PASSPHRASE) as file:
        reserved = next(tmp_path.iterdir())
        assert not reserved.read_bytes().strip(b"\0")
        first = file.write(SESSION)
    with SaveFile(tmp_path / "talk.md.age", _PASSPHRASE) as file:
        second = file.write(SESSION)
    assert [first.name, second.name] == ["talk.md.age", "talk-2.md.age"]
    assert not any(word.encode() in first.read_bytes() + second.read_bytes() for word in _SECRETS)


@pytest.mark.long
def test_view_opens_it_with_the_passphrase(
    tmp_path: Path, passphrase_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = save(SESSION, tmp_path / "talk.json.age", _PASSPHRASE)
    view(file, passphrase_file)
    assert "We will buy Zanzibar" in capsys.readouterr().out
    passphrase_file.write_text("another passphrase")
    with pytest.raises(InputFailure, match="cannot be decrypted"):
        view(file, passphrase_file)


def test_a_name_without_a_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="has no known format"):
        check(tmp_path / "talk.age")
    assert encrypted_name(Path("a.md")) == encrypted_name(Path("a.md.age")) == Path("a.md.age")
