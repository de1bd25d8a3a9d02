"""The wizard: nothing is written before the end, and every page may be skipped."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QApplication, QComboBox, QLineEdit, QListWidget, QPlainTextEdit, QPushButton

from bus.failures import SettingsFailure
from session import desktop_entry
from session import settings as all_settings
from session.models import fetch, store
from session.run.start import consent
from session.setup import strings
from session.setup.wizard import Wizard
from tests.session.setup.conftest import Until
from tests.support.fake_provider import ProviderServer, answer, json_reply

NOTES = Path(__file__).parents[2] / "data" / "notes"


@pytest.fixture
def wizard(application: QApplication) -> Iterator[Callable[[], Wizard]]:
    opened: list[Wizard] = []

    def make() -> Wizard:
        opened.append(Wizard(all_settings.load(None, {})))
        opened[-1].show()
        return opened[-1]

    yield make
    for each in opened:
        each.close()
        each.deleteLater()


def finish(window: Wizard) -> None:
    while window.at < len(window.pages) - 1:
        window.skip.click()
    window.forward.click()


def test_skipping_everything_writes_an_empty_file_and_closes(
    wizard: Callable[[], Wizard], settings_file: Path
) -> None:
    window = wizard()
    assert [window.step.text(), window.back.isEnabled()] == ["Step 1 of 5", False]
    finish(window)
    assert (window.isVisible(), window.written) == (False, settings_file)
    assert settings_file.read_text() == ""
    assert not desktop_entry.entry_file().exists()


def test_nothing_is_written_before_the_end(wizard: Callable[[], Wizard], settings_file: Path) -> None:
    window = wizard()
    for _ in range(4):
        window.forward.click()
    assert window.message.text() == strings.NOTHING_WRITTEN
    window.close()
    assert window.written is None
    assert not settings_file.parent.exists()


def test_what_was_chosen_is_written_and_what_was_skipped_is_not(
    wizard: Callable[[], Wizard], settings_file: Path, until: Until
) -> None:
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text("# mine\n[stt]\nmodel = 'tiny.en' # small\n")
    window = wizard()
    window.sound.mic.name.setText("Ada")
    window.skip.click()
    until(lambda: window.model.choices["base"].isEnabled())
    assert window.model.chosen == "tiny.en"
    window.model.choices["base"].setChecked(True)
    window.forward.click()
    window.provider._choose("none")
    window.forward.click()
    window.notes.add([str(NOTES)])
    until(lambda: "Passages: " in window.notes.state.text())
    window.forward.click()
    window.forward.click()
    assert settings_file.read_text() == (
        f'# mine\n[stt]\nmodel = "base" # small\n\n[llm]\nprovider = "none"\nnotes = ["{NOTES}"]\n'
    )


def test_going_back_and_skipping_takes_a_choice_back(
    wizard: Callable[[], Wizard], settings_file: Path
) -> None:
    window = wizard()
    window.skip.click()
    window.skip.click()
    window.provider._choose("openai")
    window.forward.click()
    window.back.click()
    finish(window)
    assert "provider" not in settings_file.read_text()


def test_a_file_with_a_fault_is_not_touched(wizard: Callable[[], Wizard], settings_file: Path) -> None:
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text("[stt\n")
    with pytest.raises(SettingsFailure, match="cannot be read as TOML"):
        wizard()
    assert settings_file.read_text() == "[stt\n"


def test_a_file_that_broke_meanwhile_is_not_overwritten(
    wizard: Callable[[], Wizard], settings_file: Path
) -> None:
    window = wizard()
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text("[stt\n")
    finish(window)
    assert (window.isVisible(), window.written) == (True, None)
    assert "cannot be read as TOML" in window.message.text()
    assert settings_file.read_text() == "[stt\n"


def test_without_a_sound_server_the_page_says_so_and_others_work(
    wizard: Callable[[], Wizard], until: Until
) -> None:
    window = wizard()
    until(lambda: window.sound.call.state.text() not in ("", strings.WORKING))
    assert "No sound server answers" in window.sound.call.state.text()
    assert not window.sound.play.isEnabled()
    assert window.sound.changes() == {}


def test_without_models_and_network_the_page_says_so(
    wizard: Callable[[], Wizard], until: Until, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(store.DIRECTORY_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setattr(fetch, "HUB", "http://127.0.0.1:9")
    page = wizard().model
    page.enter()
    until(lambda: page.verdict.text() == strings.NO_MODEL)
    assert not page.measure.isEnabled()
    page.downloads["small"].click()
    until(lambda: page.verdict.text() != strings.NO_MODEL)
    assert page.verdict.objectName() == "warn"
    assert (page.downloads["small"].text(), page.downloads["small"].isEnabled()) == (strings.DOWNLOAD, True)
    assert page.changes() == {}


@pytest.mark.long
def test_models_are_measured_and_one_is_recommended(
    wizard: Callable[[], Wizard], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = wizard().model
    page.enter()
    until(lambda: page.choices["base"].isEnabled())
    for name in page.downloads:
        page.choices[name].setEnabled(name == "tiny.en")
    page.measure.click()
    until(lambda: page.verdict.objectName() in ("good", "warn"), timeout_s=60)
    assert "tiny.en" in page.verdict.text()
    assert "real-time factor" in page.states["tiny.en"].text()
    assert page.changes() == {("stt", "model"): "tiny.en"}, "the user chose none before"


def test_without_a_key_store_the_page_says_what_to_do(wizard: Callable[[], Wizard], until: Until) -> None:
    window = wizard()
    window.skip.click()
    window.skip.click()
    window.provider._choose("openai")
    until(lambda: "cuecard run --ask-key" in window.provider.key_state.text())
    assert window.provider.type_key.isHidden()


def test_the_test_request_shows_every_byte_and_the_answer(wizard: Callable[[], Wizard], until: Until) -> None:
    window = wizard()
    with ProviderServer(script=[answer("Hello", " to you.")]) as server:
        window.provider._choose(server.base_url)
        window.provider.test.click()
        until(window.provider.test.isEnabled)
        (asked,), address = server.asked, server.base_url
    shown = window.provider.result.toPlainText()
    assert asked.body.decode() in shown
    assert f"{address}/chat/completions" in shown
    assert shown.endswith("test-model answered:\nHello to you.")
    assert window.provider.remark.text() == "test-model answered: Hello to you."


def test_a_refused_test_request_is_a_sentence(wizard: Callable[[], Wizard], until: Until) -> None:
    window = wizard()
    refused = [json_reply({"error": {"message": "no credit"}}, "402 Payment Required")]
    with ProviderServer(script=[refused]) as server:
        window.provider._choose(server.base_url)
        window.provider.test.click()
        until(window.provider.test.isEnabled)
    assert window.provider.remark.objectName() == "warn"
    assert "Add credit" in window.provider.remark.text()
    assert "bytes:" in window.provider.result.toPlainText(), "it was sent all the same"


def test_an_address_without_encryption_is_refused_before_anything_is_sent(
    wizard: Callable[[], Wizard], until: Until
) -> None:
    window = wizard()
    window.provider._choose("http://llm.example.com/v1")
    assert "unencrypted" in window.provider.key_state.text()
    window.provider.test.click()
    until(window.provider.test.isEnabled)
    assert window.provider.result.toPlainText().startswith(strings.NOTHING_WAS_SENT)


def test_the_sentence_names_the_service_that_gets_questions(wizard: Callable[[], Wizard]) -> None:
    window = wizard()
    for page in window.pages[:-1]:
        if page is window.provider:
            window.provider._choose("openai")
        window.forward.click()
    assert "api.openai.com" in window.consent.quote.text()
    window.consent.quote.copy.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == consent.Matter("api.openai.com").sentence
    window.back.click()
    window.back.click()
    window.provider._choose("none")
    window.forward.click()
    window.forward.click()
    assert window.consent.quote.text() == consent.Matter().sentence


def test_notes_can_be_dropped_and_taken_out(wizard: Callable[[], Wizard], until: Until) -> None:
    window = wizard()
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(NOTES / "resume.md")), QUrl("https://example.com/x.md")])
    window.notes.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            dropped,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert window.notes.paths == [str(NOTES / "resume.md")]
    until(lambda: ", files: 1." in window.notes.state.text())
    window.notes.add(["/nowhere/cv.md"])
    until(lambda: "/nowhere/cv.md" in window.notes.state.text())
    window.notes.list.setCurrentRow(1)
    window.notes.remove.click()
    assert window.notes.changes() == {("llm", "notes"): [str(NOTES / "resume.md")]}


def test_the_menu_entry_is_written_only_when_asked(wizard: Callable[[], Wizard], settings_file: Path) -> None:
    window = wizard()
    window.consent.menu_entry.setChecked(True)
    finish(window)
    assert tomllib.loads(settings_file.read_text()) == {}
    assert "tray --start" in desktop_entry.entry_file().read_text()


def test_every_control_has_a_name(wizard: Callable[[], Wizard]) -> None:
    window = wizard()
    for kind in (QPushButton, QLineEdit, QComboBox, QListWidget, QPlainTextEdit):
        for each in window.findChildren(kind):
            assert each.accessibleName(), each
