from __future__ import annotations

from bus import messages as m
from overlay.state.captions import Captions
from tests.support import sample_practice as story
from tests.support.events import log


def captions(*events: m.Event) -> Captions:
    shown = Captions()
    for logged in log(*events):
        shown.apply(logged)
    return shown


def test_nothing_is_shown_when_nothing_is_practised() -> None:
    practice = captions().practice
    assert (practice.heading, practice.state, practice.sections) == ("", "", [])


def test_question_is_shown_and_then_the_turn() -> None:
    practice = captions(story.asked(1)).practice
    assert practice.heading == "1 of 2: What is a queue?"
    assert practice.state == "listen"
    practice = captions(story.asked(1), story.turn(1)).practice
    assert "your turn" in practice.state


def test_remarks_stay_while_the_next_question_is_asked() -> None:
    practice = captions(story.asked(1), story.turn(1), story.measured(1)).practice
    assert practice.sections == [("Your answer to question 1", story.REMARKS)]
    assert "next question" in practice.state
    practice = captions(story.asked(1), story.turn(1), story.measured(1), story.asked(2)).practice
    assert practice.heading == "2 of 2: And a stack?"
    assert practice.sections == [("Your answer to question 1", story.REMARKS)]
    assert practice.state == "listen"


def test_end_shows_overall_remarks_and_caveats() -> None:
    practice = captions(*story.whole()).practice
    assert practice.heading == "The practice is over"
    assert practice.sections == [
        ("All answers", story.OVERALL),
        ("Your answer to question 2", ["5 words."]),
        ("What this can and cannot judge", story.CAVEATS),
    ]
    assert practice.state == ""


def test_feedback_is_an_exchange_and_not_general_knowledge() -> None:
    shown = captions(*story.whole())
    assert shown.current is not None
    assert shown.current.answer == story.FEEDBACK
    assert not shown.current.general
