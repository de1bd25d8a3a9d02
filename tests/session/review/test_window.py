"""The page: nothing chosen is nothing kept, and it asks once."""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QPushButton

from session.encryption import decrypt
from session.review import strings
from session.review.handover import Chosen, FileSaved, Handover, Mode, Report
from session.review.save_dialogs import PassphraseDialog, SaveDialog, StoreDialog
from session.review.window import ReviewWindow, State
from session.transcript.formats.table import LABELS
from session.transcript.saved_session import Request, SavedSession
from tests.session.transcript.sessions import question, saved, turn
from tests.session.transcript.test_web_page import HOSTILE
from tests.session.transcript.test_web_page import session as hostile_session

RECEIPT = strings.receipt([])
SESSION = saved(
    turn("What was hard?", 0, 2, "call"),
    turn("The data.", 3, 4),
    questions=[question(1, 2, text="What was hard?", answer="The **data**.", model="small", complete=True)],
    left_machine=[
        Request(at_s=2, question=1, host="api.example.com:443", model="small", body='{"a":1}', body_bytes=7)
    ],
)
Open = Callable[..., ReviewWindow]


@pytest.fixture
def reports() -> list[Report]:
    return []


@pytest.fixture
def page(application: QApplication, reports: list[Report]) -> Iterator[Open]:
    opened: list[ReviewWindow] = []

    def make(
        session: SavedSession = SESSION, mode: Mode = "window", saved_to: Sequence[str] = (), store: str = ""
    ) -> ReviewWindow:
        handover = Handover(session=session, receipt=RECEIPT, saved_to=[*saved_to], store=store)
        opened.append(ReviewWindow(handover, mode, reports.append))
        opened[-1].show()
        application.processEvents()
        return opened[-1]

    yield make
    for window in opened:
        window.wipe()
        window.close()
        window.deleteLater()
    application.processEvents()


def buttons(window: ReviewWindow) -> list[str]:
    return [each.text() for each in window.findChildren(QPushButton) if each.isVisible()]


def test_page_shows_what_was_said_asked_answered_and_what_left(page: Open) -> None:
    window = page()
    text = window.reading.session.toPlainText()
    for part in ("You", "Them", "The data.", "What was hard?", "small", "1 minute", "How fast it was"):
        assert part in text
    assert window.reading.tabText(1) == "What left this machine (1)"
    assert '{"a":1}' in window.reading.requests.toPlainText()
    assert window.title.text() == "Session of 2026-11-28, 17:45"
    assert "1 request left this machine" in window.summary.text()
    assert window.message.text() == strings.NOTHING_KEPT
    assert buttons(window) == [strings.FORGET, strings.SAVE]


def test_closing_asks_once_and_then_shows_the_receipt(page: Open, reports: list[Report]) -> None:
    window = page()
    window.close()
    assert (window.isVisible(), window.state) == (True, State.ASKED)
    assert window.message.text() == strings.NOTHING_KEPT_CLOSE
    assert reports == []
    window.close()
    assert (window.isVisible(), window.state) == (True, State.WIPED)
    assert reports == [Chosen()]
    assert window.receipt.lines == RECEIPT
    assert window.title.text() == strings.RECEIPT_NOTHING
    assert buttons(window) == [strings.CLOSE]
    window.close()
    assert not window.isVisible()
    assert reports == [Chosen()]


def test_forgetting_wipes_every_text(page: Open, reports: list[Report]) -> None:
    window = page()
    window.forget.click()
    assert window._handover is None
    assert window.reading.session.toPlainText() == window.reading.requests.toPlainText() == ""
    assert reports == [Chosen()]


@pytest.mark.parametrize("suffix", [".md", ".html", ".json", ".srt", ".vtt"])
def test_saving_writes_a_private_file_and_says_where(
    page: Open, reports: list[Report], tmp_path: Path, suffix: str
) -> None:
    window, file = page(), tmp_path / f"talk{suffix}"
    window.save_to(file)
    assert "The data." in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert reports == [FileSaved(path=str(file))]
    assert window.message.text() == strings.SAVED_TO.format(path=file)
    assert buttons(window) == [strings.DONE, strings.SAVE_ANOTHER]
    window.close()
    assert window.state is State.WIPED, "it was saved, so nothing is asked"
    assert strings.SAVED_TO.format(path=file) in window.receipt.lines


def test_no_file_is_ever_replaced(page: Open, reports: list[Report], tmp_path: Path) -> None:
    file = tmp_path / "talk.md"
    file.write_text("mine")
    window = page()
    window.save_to(file)
    assert file.read_text() == "mine"
    assert reports == [FileSaved(path=str(tmp_path / "talk-2.md"))]
    assert "talk.md exists already" in window.message.text()


@pytest.mark.parametrize("name", ["talk.odt", "gone/talk.md"])
def test_a_failure_is_shown_and_nothing_is_lost(
    page: Open, reports: list[Report], tmp_path: Path, name: str
) -> None:
    window = page()
    window.save_to(tmp_path / name)
    assert (window.state, reports) == (State.UNDECIDED, [])
    assert window.message.objectName() == "asked"
    assert window.reading.session.toPlainText()


def test_a_session_that_was_saved_already_is_not_asked_about(page: Open, reports: list[Report]) -> None:
    window = page(saved_to=["/home/me/talk.md"])
    assert window.message.text() == strings.SAVED_TO.format(path="/home/me/talk.md")
    window.close()
    assert window.state is State.WIPED
    assert window.title.text() == strings.RECEIPT_SAVED


def test_a_saved_file_is_only_read(page: Open, reports: list[Report]) -> None:
    window = page(mode="file", saved_to=["/home/me/talk.json"])
    assert buttons(window) == [strings.CLOSE]
    window.choose_file()
    window.close()
    assert not window.isVisible()
    assert reports == []


def test_the_suffix_follows_the_chosen_format(page: Open, tmp_path: Path) -> None:
    dialog = SaveDialog(page(), tmp_path / "Cuecard 2026-11-28 17.45.md")
    for suffix, label in LABELS.items():
        dialog.selectNameFilter(f"{label} (*{suffix})")
        dialog.filterSelected.emit(dialog.selectedNameFilter())
        assert dialog.selectedFiles() == [str(tmp_path / f"Cuecard 2026-11-28 17.45{suffix}")]


@pytest.mark.long
def test_the_tick_encrypts_the_file(page: Open, reports: list[Report], tmp_path: Path) -> None:
    window = page()
    window.encrypt.setChecked(True)
    dialog = SaveDialog(window, tmp_path / "talk.md.age")
    for suffix, label in LABELS.items():
        dialog.filterSelected.emit(f"{label} (*{suffix}.age)")
        assert Path(dialog.selectedFiles()[0]).name == f"talk{suffix}.age"
    asked = PassphraseDialog(window)
    save = asked.findChildren(QPushButton)[0]
    asked.first.setText("too short")
    asked.again.setText("too short")
    assert not (asked.passphrase)
    assert not (save.isEnabled())
    asked.first.setText("a horse, a battery")
    assert not (asked.passphrase)
    assert not (save.isEnabled())
    asked.again.setText("a horse, a battery")
    assert save.isEnabled()
    window.save_to(tmp_path / "talk.md.age", asked.passphrase)
    assert reports == [FileSaved(path=str(tmp_path / "talk.md.age"))]
    body = (tmp_path / "talk.md.age").read_bytes()
    assert b"data" not in body
    assert b"data" in decrypt(body, "a horse, a battery")


def test_a_setting_holds_the_tick(application: QApplication, reports: list[Report]) -> None:
    window = ReviewWindow(Handover(session=SESSION, encrypts=True), "window", reports.append)
    assert window.encrypt.isChecked()
    assert not window.encrypt.isEnabled()


def test_every_step_has_a_key(page: Open) -> None:
    window = page()
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.state is State.ASKED
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.state is State.WIPED
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_every_control_has_a_name(page: Open) -> None:
    window = page()
    for each in (*window.findChildren(QPushButton), window.reading.session, window.reading.requests):
        assert each.accessibleName()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(page: Open, text: str) -> None:
    window = page(hostile_session(text, text), mode="file")
    shown = "".join(window.reading.session.toPlainText().split())
    assert "".join(text.split()) in shown
    assert "<img" not in window.reading.session.toHtml()
    assert not re.search(r"<a\s", window.reading.session.toHtml())


def test_four_hours_are_shown_within_seconds(page: Open) -> None:
    turns = [
        turn("And then we looked at the queue again.", at, at + 4, "mic" if at % 2 else "call")
        for at in range(0, 14_400, 4)
    ]
    asked = [
        question(number, at, answer="**Yes.**\n\n- one\n- two", complete=True)
        for number, at in enumerate(range(0, 14_400, 90), 1)
    ]
    started_s = time.monotonic()
    window = page(saved(*turns, questions=asked))
    assert time.monotonic() - started_s < 10
    assert window.reading.session.toPlainText().count("looked at the queue") == 3600


def test_the_store_is_offered_with_a_last_day(page: Open, tmp_path: Path) -> None:
    dialog = StoreDialog(page(), str(tmp_path), "", encrypts=False)
    assert [dialog.time.itemText(at) for at in range(dialog.time.count())] == [
        *("30 days", "7 days", "90 days", "365 days"),
        strings.NEVER_EXPIRES,
    ]
    assert dialog.expire == "30d"
    assert StoreDialog(page(), str(tmp_path), "12d", encrypts=True).expire == "12d"


@pytest.mark.parametrize(("passphrase", "suffix"), [("", ".json"), ("a horse, a battery", ".json.age")])
def test_a_session_is_kept_in_the_store(
    page: Open, reports: list[Report], tmp_path: Path, passphrase: str, suffix: str
) -> None:
    window = page(store=str(tmp_path))
    assert buttons(window) == [strings.FORGET, strings.STORE, strings.SAVE]
    window.save_in_store("30d", passphrase)
    (file,) = tmp_path.iterdir()
    assert file.name == f"2026-11-28-174500.65s.until-2026-12-28{suffix}"
    assert (b"The data." in file.read_bytes()) == (not passphrase)
    assert reports == [FileSaved(path=str(file))]
    assert window.state is State.SAVED


def test_a_store_that_is_gone_is_reported_and_nothing_is_lost(page: Open, tmp_path: Path) -> None:
    window = page(store=str(tmp_path / "gone"))
    window.save_in_store("never")
    assert "cannot be written" in window.message.text()
    assert window.state is State.UNDECIDED
