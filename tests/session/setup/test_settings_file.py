"""Changes keep comments and order, and no fault is written or overwritten."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.failures import MachineFailure, SettingsFailure
from session import settings as all_settings
from session.setup.settings.settings_file import changed, store, stored_tables

OWN = """# mine
[stt]
model = "base"  # because tiny.en is bad

# where my notes are
[llm]
notes = [
    "~/cv.md",  # the new one
]
provider = 'openai'

[capture]
sources = { mic = "default", call = "monitor" } # both
[overlay]
font_px = 17
"""


def test_a_first_file_is_written(settings_file: Path) -> None:
    assert store({("llm", "provider"): "none", ("capture", "sources"): {"mic": "default"}}) == settings_file
    assert settings_file.read_text() == (
        '[llm]\nprovider = "none"\n\n[capture]\nsources = {mic = "default"}\n'
    )
    assert settings_file.stat().st_mode & 0o077 == 0
    assert stored_tables() == {"llm": {"provider": "none"}, "capture": {"sources": {"mic": "default"}}}


def test_comments_order_and_other_values_are_kept() -> None:
    text = changed(OWN, {("llm", "provider"): "none", ("capture", "sources"): {"mic": "default"}})
    assert text == OWN.replace("'openai'", '"none"').replace(', call = "monitor" }', "  }")


def test_none_removes_a_setting_and_equal_values_change_nothing() -> None:
    assert changed(OWN, {("overlay", "font_px"): None, ("vad", "none"): None}) == OWN.replace(
        "font_px = 17\n", ""
    )
    assert changed(OWN, {("llm", "notes"): ["~/cv.md"], ("stt", "model"): "base"}) == OWN


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    text = changed("\ufeff[llm]\r\nprovider = 'auto' # x\r\n", {("llm", "provider"): "none"})
    assert text == '[llm]\r\nprovider = "none" # x\r\n'


@pytest.mark.parametrize(
    "body", ["[llm\nprovider = 1", "[llm]\nprovidr = 'auto'\n", "[llm]\nanswer = 'no'\n"]
)
def test_a_file_with_a_fault_is_never_overwritten(settings_file: Path, body: str) -> None:
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text(body)
    with pytest.raises(SettingsFailure):
        store({("llm", "provider"): "none"})
    assert settings_file.read_text() == body
    assert [each.name for each in settings_file.parent.iterdir()] == [settings_file.name]


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        (("llm", "answer"), "perhaps", "answer"),
        (("overlay", "font_px"), 900, "font_px"),
        (("session", "names"), {"mic": "two\nlines"}, "name of mic"),
    ],
)
def test_a_value_that_the_program_refuses_is_not_written(
    settings_file: Path, setting: tuple[str, str], value: object, says: str
) -> None:
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text(OWN)
    with pytest.raises(SettingsFailure, match=says) as refused:
        store({setting: value})
    assert f"{settings_file}." not in str(refused.value), "the name of the new file is nothing to the user"
    assert settings_file.read_text() == OWN


def test_a_link_to_a_file_elsewhere_stays_one(settings_file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "dotfiles.toml"
    mine.write_text(OWN)
    mine.chmod(0o644)
    settings_file.parent.mkdir(parents=True)
    settings_file.symlink_to(mine)
    store({("stt", "model"): "tiny.en"})
    assert settings_file.is_symlink()
    assert mine.read_text() == OWN.replace('"base"', '"tiny.en"')
    assert mine.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_cannot_be_written_is_reported(settings_file: Path) -> None:
    settings_file.parent.parent.mkdir()
    settings_file.parent.write_text("a file")
    with pytest.raises((MachineFailure, SettingsFailure)):
        store({("llm", "provider"): "none"})


@given(
    provider=st.sampled_from(["auto", "none", "openai"]),
    notes=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)),
    names=st.dictionaries(st.sampled_from(["mic", "call"]), st.text("ab ü\"'\\", min_size=1, max_size=9)),
)
def test_what_is_written_is_read_again(provider: str, notes: list[str], names: dict[str, str]) -> None:
    changes = {("llm", "provider"): provider, ("llm", "notes"): notes, ("session", "names"): names}
    for text in ("", OWN):
        once = changed(text, changes)
        assert changed(once, changes) == once
        read = tomllib.loads(once)
        assert {setting: read[setting[0]][setting[1]] for setting in changes} == changes
        assert all(line in once for line in text.splitlines() if line.startswith("#"))


def test_an_environment_variable_is_not_taken_for_the_file(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUECARD_LLM_PROVIDER", "openai")
    store({("stt", "model"): "tiny.en"})
    assert stored_tables() == {"stt": {"model": "tiny.en"}}
    assert all_settings.load(None, {}).llm.provider == "openai"
