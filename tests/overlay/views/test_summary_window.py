"""A summary from the window: asked for, consented to, read."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMenu, QWidget

from bus import messages as m
from overlay.texts import strings, summary_texts
from overlay.window import OverlayWindow
from tests.overlay.drawing import draw
from tests.overlay.state.test_summary import FINISHED, HELD, REDACTED, STARTED
from tests.support import sample_session as story

SAID = [
    *story.opening(),
    *story.talk(),
    m.ProviderReady(
        provider="openai",
        host="api.example.com:443",
        model="big",
        leaves_machine=True,
        encrypted=True,
        models=["big"],
    ),
]


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def published(window: OverlayWindow) -> list[m.Event]:
    events: list[m.Event] = []
    window.published.connect(events.append)
    return events


def templates(menu: QMenu) -> dict[str, object]:
    return {each.text(): each for each in menu.actions() if each.text() in summary_texts.TEMPLATES.values()}


def test_the_menu_offers_one_by_each_template(window: OverlayWindow, published: list[m.Event]) -> None:
    window.menu.fill(draw(window, *SAID))
    (menu,) = [each for each in window.menu.findChildren(QMenu) if each.title() == strings.SUMMARY_MENU]
    assert [*templates(menu)] == [*summary_texts.TEMPLATES.values()]
    next(each for each in menu.actions() if each.text() == summary_texts.TEMPLATES["call"]).trigger()
    assert published == [m.SummaryRequested(template="call", by="overlay")]
    assert window.summary.isVisible()
    assert window.summary.head.text() == strings.SUMMARY_REQUESTED


def test_none_is_offered_where_no_provider_answers(window: OverlayWindow) -> None:
    window.menu.fill(draw(window, *story.opening(), *story.talk()))
    assert strings.SUMMARY_MENU not in [each.title() for each in window.menu.findChildren(QMenu)]
    window.ask_end()
    assert not window.notice.summary.isVisible()


def test_consent_shows_the_host_the_size_and_every_byte_before_anything_goes(
    window: OverlayWindow, published: list[m.Event]
) -> None:
    draw(window, *SAID)
    window.menu.summary_chosen.emit("meeting")
    draw(window, *SAID, STARTED, HELD)
    head = window.summary.head.text()
    assert head.startswith("THE WHOLE TRANSCRIPT of this session would go to api.example.com: 1,200 words")
    assert "5,300 bytes" in head
    assert window.summary.text.toPlainText() == HELD.body
    click(window.summary.do_not_send)
    click(window.summary.send)
    assert published[1:] == [
        m.RequestDecided(question=4, allowed=False, by="overlay"),
        m.RequestDecided(question=4, allowed=True, by="overlay"),
    ]


def test_a_window_that_was_closed_meanwhile_shows_the_same_consent_again(window: OverlayWindow) -> None:
    draw(window, *SAID, STARTED, HELD)
    window.menu.summary_chosen.emit("meeting")
    assert window.summary.send.isVisible()
    assert window.summary.text.toPlainText() == HELD.body


def test_the_result_is_text_and_leaves_with_a_strike(window: OverlayWindow) -> None:
    captions = draw(window, *SAID, STARTED, FINISHED)
    shown = window.summary.text.toPlainText()
    assert "Action items" in shown
    assert "1:05: Ada: Send the <b>figures</b>, by Friday (“send you the figures”)" in shown
    assert "1 entry was left out" in shown
    captions.apply(m.Logged(10_000, 1, REDACTED))
    window.forget(captions)
    assert window.summary.text.toPlainText() == ""


def test_a_model_that_is_too_small_is_named(window: OverlayWindow) -> None:
    draw(window, *SAID, m.SummaryStopped(question=0, cause="the small model is too small", fix="use ollama"))
    assert window.summary.head.text() == "The small model is too small. Use ollama."


def test_a_summary_before_the_end_pauses_and_leaves_the_question_open(
    window: OverlayWindow, published: list[m.Event]
) -> None:
    draw(window, *SAID)
    window.ask_end()
    click(window.notice.summary)
    assert published == [m.PauseRequested(paused=True, by="overlay")]
    assert [*templates(window.menu)] == [*summary_texts.TEMPLATES.values()]
    window.menu.hide()
    assert window.notice.end.isVisible()
