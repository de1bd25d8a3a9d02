"""The question before a session, and the prompt for a key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit

from bus import messages as m
from llm.keys import keychain
from llm.keys.keychain import Outcome
from llm.providers import cards
from session.run.start import consent
from session.setup import CLOSED_CODE, strings
from session.setup.consent_question import ConsentQuestion
from session.setup.pages.key_prompt import KeyPrompt
from session.setup.pages.provider_page import _store_key
from session.setup.provider_card_window import ProviderCardWindow
from tests.support.secret_service import SecretService, missing_programs, secret_service
from tests.support.waiting import wait_until
from tests.support.x_windows import x_display
from tests.support.xvfb import display

__all__ = ["display"]

KEY = "sk-planted-0123456789"


@pytest.fixture
def question(application: QApplication) -> Iterator[ConsentQuestion]:
    window = ConsentQuestion(consent.Matter("api.openai.com"))
    window.show()
    yield window
    window.close()
    window.deleteLater()


def test_the_question_says_what_to_tell_the_others(question: ConsentQuestion) -> None:
    assert question.quote.text() == consent.Matter("api.openai.com").sentence
    assert not question.they_know.isEnabled(), "nobody is named yet"
    QTest.keyClicks(question.people, "Ada, Bob")
    question.they_know.click()
    assert question.result() == QDialog.DialogCode.Accepted


def test_return_and_escape_open_no_microphone(question: ConsentQuestion) -> None:
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert (question.isVisible(), question.result()) == (False, QDialog.DialogCode.Rejected)


def test_one_who_is_alone_may_start(question: ConsentQuestion) -> None:
    QTest.keyClicks(question.people, "Ada")
    question.alone.click()
    assert question.people.text() == ""
    assert question.result() == QDialog.DialogCode.Accepted


def test_a_card_is_read_before_the_provider_is_used(application: QApplication) -> None:
    card = cards()["openai"]
    window = ProviderCardWindow("api.openai.com", card)
    window.show()
    shown = " ".join(label.text() for label in window.findChildren(QLabel))
    assert all(text in shown for text in ("api.openai.com", card.keeps, card.no_retention, card.link))
    QTest.keyClick(window, Qt.Key.Key_Return)
    assert (window.isVisible(), window.result()) == (False, QDialog.DialogCode.Rejected)
    window.show()
    window.use_it.click()
    assert window.result() == QDialog.DialogCode.Accepted
    window.deleteLater()


def test_a_key_is_typed_unseen_and_must_be_one(application: QApplication) -> None:
    prompt = KeyPrompt("openai")
    prompt.show()
    assert prompt.input.echoMode() == QLineEdit.EchoMode.Password
    QTest.keyClicks(prompt.input, "not a key")
    prompt.store.click()
    assert (prompt.isVisible(), prompt.remark.text()) == (True, strings.KEY_INVALID)
    prompt.input.clear()
    QTest.keyClicks(prompt.input, f" {KEY} ")
    prompt.store.click()
    assert prompt.result() == QDialog.DialogCode.Accepted
    assert prompt.key == KEY
    prompt.deleteLater()


@pytest.mark.skipif(sys.platform != "linux", reason="X displays")
def test_closing_the_question_starts_nothing(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    command = [sys.executable, "-m", "session.setup.consent_question", "{}"]
    with subprocess.Popen(command) as asking, x_display(display) as screen:
        (window,) = wait_until(lambda: screen.titled(strings.QUESTION_TITLE), timeout_s=20)
        wait_until(lambda: screen.is_visible(window))
        screen.close(window)
        assert asking.wait(10) == CLOSED_CODE


@pytest.mark.skipif(sys.platform != "linux", reason="X displays")
def test_who_takes_part_is_asked_in_a_window(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    with ThreadPoolExecutor() as pool, x_display(display) as screen:
        asking = pool.submit(consent.ensure, consent.Matter(recorded=True), given=False, way="window")
        (window,) = wait_until(lambda: screen.titled(strings.QUESTION_TITLE), timeout_s=20)
        wait_until(lambda: screen.is_visible(window))
        screen.focus(window)
        screen.press("x")
        screen.press("Tab")
        screen.press("Tab")
        screen.press("Tab")
        screen.press("Tab")
        screen.press("space")
        assert asking.result(10) == m.ConsentGiven(people="x", recorded=True)


@pytest.fixture
def key_store(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SecretService]:
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)}")
    with secret_service(tmp_path_factory.mktemp("k")) as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        yield service


@pytest.mark.skipif(sys.platform != "linux", reason="X displays")
def test_a_typed_key_goes_to_the_key_store_and_to_no_other_process(
    display: str, key_store: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    outcomes: list[Outcome | None] = []
    storing = threading.Thread(target=lambda: outcomes.append(_store_key("openai")))
    storing.start()
    with x_display(display) as screen:
        (window,) = wait_until(lambda: screen.titled(strings.KEY_TITLE), timeout_s=20)
        wait_until(lambda: screen.is_visible(window))
        screen.connection.create_resource_object("window", window).set_input_focus(1, 0)
        screen.connection.sync()
        for character in "sk":
            screen.press(character)
        screen.press("minus")
        screen.press("1")
        screen.press("Return")
        storing.join(30)
    assert outcomes == [Outcome.DONE]
    assert keychain.read("openai") == (Outcome.DONE, "sk-1")
