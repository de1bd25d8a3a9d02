"""The settings window: every setting, searched, checked, live where it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QComboBox, QLineEdit

from bus import messages as m
from bus.client import HubClient
from bus.run import RUN_VARIABLE, Run
from session import settings as all_settings
from session.settings import SCHEMA
from session.setup import strings
from session.setup.settings.setting_row import SettingRow
from session.setup.settings.settings_file import stored_tables
from session.setup.settings.settings_window import SettingsWindow
from tests.session.setup.conftest import Until

OWN = """# mine
[llm]
provider = "openai" # for now
notes = ["~/cv.md"]
eager = true

[overlay]
font_px = 17
"""


def test_a_locked_setting_says_who_locked_it(
    application: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[policy]\nby = "Acme IT"\n[session]\nsave = ""\n[llm]\nprovider = "local"\n')
    monkeypatch.setattr(all_settings, "POLICY_FILE", policy)
    window = SettingsWindow({"llm": {"provider": "openai", "tone": "formal"}})
    rows = {row.setting.name: row for row in window.rows if row.setting.table == "llm"}
    provider = rows["provider"]
    assert isinstance(provider.editor, QLineEdit)
    assert (provider.editor.text(), provider.editor.isEnabled()) == ("local", False)
    assert provider.origin.text() == "Acme IT locked this on this computer."
    assert rows["tone"].editor.isEnabled()
    assert not any(row.is_changed for row in window.rows)
    window.deleteLater()


@pytest.fixture
def window(
    application: QApplication, settings_file: Path, monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[SettingsWindow]:  # fmt: skip
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))
    monkeypatch.delenv(RUN_VARIABLE, raising=False)
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text(OWN)
    made = SettingsWindow(stored_tables())
    made.show()
    yield made
    made.close()
    made.deleteLater()


def row(window: SettingsWindow, setting: str) -> SettingRow:
    table, _, name = setting.partition(".")
    return next(each for each in window.rows if (each.setting.table, each.setting.name) == (table, name))


def type_into(window: SettingsWindow, setting: str, text: str) -> None:
    editor = row(window, setting).editor
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    QTest.keyClicks(editor, text)


def pick(window: SettingsWindow, setting: str, text: str) -> None:
    editor = row(window, setting).editor
    assert isinstance(editor, QComboBox)
    editor.setCurrentText(text)
    editor.activated.emit(editor.currentIndex())


def test_every_setting_of_a_user_is_there_with_its_meaning(window: SettingsWindow) -> None:
    known = {(table, name) for table, kind in SCHEMA.items() for name in kind.__struct_fields__}
    shown = {(each.setting.table, each.setting.name) for each in window.rows}
    assert shown < known
    assert ("stt", "model_path") not in shown
    assert {table for table, _ in shown} == SCHEMA.keys() == strings.GROUPS.keys()
    for each in window.rows:
        assert each.editor.accessibleName()


def test_nothing_is_changed_by_opening_it(window: SettingsWindow, settings_file: Path) -> None:
    assert [each.setting.name for each in window.rows if each.is_changed] == []
    assert not window.save.isEnabled()
    assert str(settings_file) in window.message.text()


def test_changes_keep_comments(window: SettingsWindow, settings_file: Path) -> None:
    type_into(window, "llm.provider", "none")
    type_into(window, "llm.notes", '["~/cv.md", "~/talk.md"]')
    type_into(window, "session.names", '{mic = "Ada"}')
    type_into(window, "vad.longest_s", "20")
    pick(window, "llm.eager", strings.OFF)
    pick(window, "overlay.theme", "light")
    row(window, "overlay.font_px").reset.click()
    assert window.message.text().startswith("7 ")
    window.save.click()
    assert window.message.text() == strings.SAVED.format(file=settings_file)
    text = settings_file.read_text()
    assert text.startswith('# mine\n[llm]\nprovider = "none" # for now\nnotes = ["~/cv.md", "~/talk.md"]\n')
    tables = stored_tables()
    assert tables["llm"]["eager"] is False
    assert tables["overlay"] == {"theme": "light"}
    assert tables["session"] == {"names": {"mic": "Ada"}}
    assert not window.save.isEnabled()


@pytest.mark.parametrize(
    ("setting", "text", "says"),
    [
        ("overlay.font_px", "900", "from 8 to 60"),
        ("overlay.font_px", "large", "needs another value"),
        ("llm.notes", "~/cv.md", 'for example ["one", "two"]'),
        ("session.niceness", "{ears = 3}", "no stage 'ears'"),
        ("session.names", '{mic = ""}', "mic"),
    ],
)
def test_a_wrong_value_is_refused_by_the_real_decoder(
    window: SettingsWindow, settings_file: Path, setting: str, text: str, says: str
) -> None:
    type_into(window, setting, text)
    window.save.click()
    assert says in window.message.text()
    assert settings_file.read_text() == OWN
    assert row(window, setting).is_changed, "what was typed stays"


def test_the_wheel_scrolls_and_changes_no_value(window: SettingsWindow, application: QApplication) -> None:
    editor = row(window, "session.view").editor
    turn = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    application.sendEvent(editor, turn)
    assert not row(window, "session.view").is_changed


def test_search_finds_names_and_meanings_in_every_group(
    window: SettingsWindow, application: QApplication
) -> None:
    window.groups.setCurrentRow(1)
    assert {each.setting.table for each in window.rows if each.isVisible()} == {"session"}
    window.search.setText("notes FOLDER")
    assert [each.setting.name for each in window.rows if each.isVisible()] == ["notes"]
    window.search.setText("xyzzy")
    assert window.nothing.isVisible()
    window.search.clear()
    window.groups.setCurrentRow(0)
    assert all(each.isVisible() for each in window.rows)


def test_a_file_that_broke_meanwhile_is_not_overwritten(window: SettingsWindow, settings_file: Path) -> None:
    type_into(window, "llm.tone", "formal")
    settings_file.write_text("[stt\n")
    window.save.click()
    assert "cannot be read as TOML" in window.message.text()
    assert settings_file.read_text() == "[stt\n"


def test_the_running_session_gets_the_new_provider(
    window: SettingsWindow, make_run: Callable[..., Run], start_stage: Callable[..., Any], until: Until
) -> None:
    run = make_run()
    start_stage(run, "bus")
    ready = m.ProviderReady(provider="none", host="", model="", models=[], leaves_machine=False)
    with HubClient("session", run, kinds=frozenset({m.StageReady, m.ProviderRequested})) as client:
        assert client.poll(timeout_s=10), "the hub did not start"
        type_into(window, "llm.provider", "none")
        window.save.click()
        requested: list[m.Event] = []
        until(lambda: requested.extend(each.event for each in client.poll(0.05)) or requested)
    assert requested == [m.ProviderRequested(provider="none", model="", by="control")]
    with HubClient("llm", run, kinds=frozenset()) as llm:
        llm.publish(ready)
        until(lambda: "now uses none" in window.message.text())
