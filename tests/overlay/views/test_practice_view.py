from __future__ import annotations

from bus import messages as m
from overlay.window import OverlayWindow
from tests.overlay.drawing import draw
from tests.support import sample_practice as story

OPENING = m.SessionStarted(version="0.1.0", sources=["mic"], answer="feedback", started_ns=1)


def test_nothing_of_a_practice_is_there_in_other_sessions(window: OverlayWindow) -> None:
    draw(window)
    assert not window.practice_view.isVisible()
    assert window.answer.text() == "Answer what was just said"


def test_the_question_is_shown_and_the_button_ends_the_answer(window: OverlayWindow) -> None:
    pressed: list[bool] = []
    window.answer_requested.connect(lambda: pressed.append(True))
    draw(window, OPENING, story.asked(1), story.turn(1))
    assert window.practice_view.question.text() == "1 of 2: What is a queue?"
    assert "your turn" in window.practice_view.state.text()
    assert window.answer.text() == window.answer.accessibleName() == "End my answer"
    window.answer.click()
    assert pressed == [True]


def test_measures_are_plain_text_and_feedback_is_beside_them(window: OverlayWindow) -> None:
    draw(window, OPENING, story.asked(1), story.turn(1), story.measured(1), *story.feedback(1))
    shown = window.practice_view.remarks.toPlainText()
    assert "Your answer to question 1" in shown
    assert "<Whisper>" in shown
    assert "It meets the question." in window.answer_view.answer.toPlainText()
    assert window.answer.text() == "Continue"


def test_the_end_shows_the_whole_and_how_to_close(window: OverlayWindow) -> None:
    draw(window, OPENING, *story.whole())
    assert window.practice_view.question.text() == "The practice is over"
    assert "Close this window" in window.practice_view.state.text()
    assert story.CAVEATS[0] in window.practice_view.remarks.toPlainText()
    assert not window.answer.isVisible()


def test_window_explains_feedback_before_the_first_answer(window: OverlayWindow) -> None:
    draw(window, OPENING)
    assert window.answer_view.question.text() == "No feedback yet"
