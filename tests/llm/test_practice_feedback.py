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
from llm.commands import NEWER_QUESTION, Command, StartAnswer
from llm.conversation import Conversation
from llm.prompt import FeedbackRequest
from llm.settings import LlmSettings
from tests.llm.events import final
from tests.llm.test_conversation import NOTES, apply

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


def live(*past: Event) -> tuple[Conversation, list[Event | Command]]:
    conversation = Conversation(SETTINGS, NOTES)
    for event in past:
        assert apply(conversation, event) == []
    return conversation, list(conversation.go_live())


def test_a_practice_answer_is_looked_at_by_the_question_and_the_notes_that_fit_it() -> None:
    conversation, _ = live()
    asked, found, start = apply(conversation, WANTED)
    assert asked == ASKED
    assert isinstance(found, PassagesRetrieved)
    assert [passage.heading for passage in found.passages] == ["Postgres"]
    assert isinstance(start, StartAnswer)
    assert start.question == 1
    assert start.prompt == FeedbackRequest(
        question=WANTED.asked, answer=WANTED.answered, passages=tuple(found.passages)
    )


def test_questions_and_keys_are_not_answered_in_a_practice() -> None:
    conversation, _ = live()
    assert apply(conversation, final("What is a mutex?", "call", 1, 1.0)) == []
    assert apply(conversation, final("Why do you ask me that?", "mic", 1, 1.0)) == []
    assert apply(conversation, AnswerRequested(by="view")) == []


def test_a_stage_that_starts_again_looks_at_what_nobody_has_looked_at() -> None:
    _, steps = live(WANTED)
    assert [type(step) for step in steps] == [QuestionDetected, PassagesRetrieved, StartAnswer]
    _, steps = live(WANTED, ASKED)
    assert [type(step) for step in steps] == [PassagesRetrieved, StartAnswer]
    start = steps[-1]
    assert isinstance(start, StartAnswer)
    assert isinstance(start.prompt, FeedbackRequest)
    assert start.prompt.answer == WANTED.answered
    done = AnswerFinished(question=1, text="Good.", model="some", stop_reason="stop")
    assert live(WANTED, ASKED, done)[1] == []


def test_after_a_restart_the_newest_answer_is_looked_at() -> None:
    newer = FeedbackRequested(number=2, asked="Why not?", answered="Because.")
    _, steps = live(WANTED, ASKED, newer)
    assert isinstance(steps[0], AnswerStopped)
    assert steps[0].cause == NEWER_QUESTION
    assert isinstance(steps[1], QuestionDetected)
    assert (steps[1].question, steps[1].utterance) == (2, 2)
