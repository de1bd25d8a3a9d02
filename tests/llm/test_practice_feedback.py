"""Practice answers are looked at, and nothing else is answered in a practice."""

from __future__ import annotations

from bus.messages import (
    AnswerFinished,
    AnswerRequested,
    AnswerStopped,
    Event,
    FeedbackRequested,
    PassagesRetrieved,
    QuestionDetected,
)
from llm.commands import StartAnswer, Step
from llm.conversation import NEWER_QUESTION, Conversation
from llm.prompt import FeedbackRequest
from llm.settings import LlmSettings
from tests.llm.questions.test_tracker import final
from tests.llm.test_conversation import NOTES

SETTINGS = LlmSettings(answer="feedback")
WANTED = FeedbackRequested(number=1, asked="Why Postgres?", answered="Because of the transactions.")
ASKED = QuestionDetected(
    question=1,
    source="practice",
    utterance=1,
    text="Feedback on your answer to: Why Postgres?",
    confidence=1.0,
    kind="feedback",
)


def live(*past: Event) -> tuple[Conversation, list[Event | Step]]:
    answering = Conversation(SETTINGS, NOTES)
    for event in past:
        assert list(answering.apply(event)) == []
    return answering, list(answering.go_live())


def test_a_practice_answer_is_looked_at_by_the_question_and_the_notes_that_fit_it() -> None:
    answering, _ = live()
    asked, found, order = answering.apply(WANTED)
    assert asked == ASKED
    assert isinstance(found, PassagesRetrieved)
    assert [passage.heading for passage in found.passages] == ["Postgres"]
    assert isinstance(order, StartAnswer)
    assert order.question == 1
    assert order.request == FeedbackRequest(
        question=WANTED.asked, answer=WANTED.answered, passages=tuple(found.passages)
    )


def test_questions_and_keys_are_not_answered_in_a_practice() -> None:
    answering, _ = live()
    assert list(answering.apply(final("What is a mutex?", "call", 1, 1.0))) == []
    assert list(answering.apply(final("Why do you ask me that?", "mic", 1, 1.0))) == []
    assert list(answering.apply(AnswerRequested(by="view"))) == []


def test_a_stage_that_starts_again_looks_at_what_nobody_has_looked_at() -> None:
    _, steps = live(WANTED)
    assert [type(step) for step in steps] == [QuestionDetected, PassagesRetrieved, StartAnswer]
    _, steps = live(WANTED, ASKED)
    assert [type(step) for step in steps] == [PassagesRetrieved, StartAnswer]
    order = steps[-1]
    assert isinstance(order, StartAnswer)
    assert isinstance(order.request, FeedbackRequest)
    assert order.request.answer == WANTED.answered
    done = AnswerFinished(question=1, text="Good.", model="some", stop_reason="stop")
    assert live(WANTED, ASKED, done)[1] == []


def test_after_a_restart_the_newest_answer_is_looked_at() -> None:
    newer = FeedbackRequested(number=2, asked="Why not?", answered="Because.")
    _, steps = live(WANTED, ASKED, newer)
    assert isinstance(steps[0], AnswerStopped)
    assert steps[0].cause == NEWER_QUESTION
    assert isinstance(steps[1], QuestionDetected)
    assert (steps[1].question, steps[1].utterance) == (2, 2)
