from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bus.failures import SettingsFailure
from session.settings import SCHEMA, load

NUMBERS = [
    (table, field.name)
    for table, kind in SCHEMA.items()
    for field in msgspec.inspect.type_info(kind).fields  # type: ignore[attr-defined]
    if isinstance(field.type, msgspec.inspect.IntType | msgspec.inspect.FloatType)
]


@pytest.mark.parametrize(("table", "name"), NUMBERS)
@pytest.mark.parametrize("value", ["-1000000000", "1000000000000", "nan"])
def test_every_number_has_a_range(tmp_path: Path, table: str, name: str, value: str) -> None:
    file = tmp_path / "cuecard.toml"
    file.write_text(f"[{table}]\n{name} = {value}\n")
    with pytest.raises(SettingsFailure, match=rf"{name} in \[{table}\] cannot be .* it must be"):
        load(file, {})


def test_the_defaults_are_within_their_ranges() -> None:
    for kind in SCHEMA.values():
        assert msgspec.convert(msgspec.to_builtins(kind()), kind) == kind()


@pytest.mark.parametrize(
    ("table", "name", "text"),
    [
        ("session", "save", "'~/talk.md'"),
        ("llm", "notes", "['~/notes']"),
        ("stt", "model", "'~/whisper'"),
        ("overlay", "picture", "'$HOME/window.png'"),
        ("capture", "sources", "{ mic = 'file:$HOME/talk.wav' }"),
    ],
)
def test_paths_begin_at_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, name: str, text: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "cuecard.toml"
    file.write_text(f"[{table}]\n{name} = {text}\n")
    loaded = msgspec.to_builtins(load(Path("~/cuecard.toml"), {}).tables()[table])[name]
    assert str(tmp_path) in str(loaded)
    assert "~" not in str(loaded)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsFailure, match="Is a directory"):
        load(tmp_path, {})
