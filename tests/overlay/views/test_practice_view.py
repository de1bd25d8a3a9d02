from __future__ import annotations

from bus import messages as m
from overlay.window import OverlayWindow
from tests.overlay.drawing import draw
from tests.support import sample_practice as story

OPENING = m.SessionStarted(version="0.1.0", sources=["mic"], answer="feedback", started_ns=1)


def test_nothing_of_a_practice_is_there_in_other_sessions(window: OverlayWindow) -> None:
    draw(window)
    assert not window.practice.isVisible()
    assert window.header.answer.text() == "Answer"


def test_the_question_is_shown_and_the_button_ends_the_answer(window: OverlayWindow) -> None:
    published: list[m.Event] = []
    window.published.connect(published.append)
    draw(window, OPENING, story.asked(1), story.turn(1))
    assert window.practice.question.whole == "1 of 2: What is a queue?"
    assert "your turn" in window.practice.state.text()
    assert window.header.answer.text() == window.header.answer.accessibleName() == "End my answer"
    window.header.answer.click()
    assert published == [m.AnswerRequested(by="overlay")]


def test_measures_are_plain_text_and_feedback_is_beside_them(window: OverlayWindow) -> None:
    draw(window, OPENING, story.asked(1), story.turn(1), story.measured(1), *story.feedback(1))
    shown = window.practice.remarks.toPlainText()
    assert "Your answer to question 1" in shown
    assert "<Whisper>" in shown
    assert "It meets the question." in window.exchange.answer.toPlainText()
    assert window.header.answer.text() == "Continue"


def test_the_end_shows_the_whole_and_how_to_close(window: OverlayWindow) -> None:
    draw(window, OPENING, *story.whole())
    assert window.practice.question.whole == "The practice is over"
    assert "End the session when" in window.practice.state.text()
    assert story.CAVEATS[0] in window.practice.remarks.toPlainText()
    assert not window.header.answer.isVisible()


def test_window_explains_feedback_before_the_first_answer(window: OverlayWindow) -> None:
    draw(window, OPENING)
    assert "Feedback on your answers appears here" in window.strip.toPlainText()
