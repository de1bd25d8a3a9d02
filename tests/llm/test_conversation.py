"""Conversation: which questions are answered and when, also after a restart of the stage."""

from __future__ import annotations

from bus.log.projection import is_own_start
from bus.messages import (
    AnswerFinished,
    AnswerRequested,
    AnswerStopped,
    AnswerStreamed,
    Event,
    FeedbackRequested,
    Logged,
    LogRedacted,
    PassagesRetrieved,
    QuestionDetected,
    QuestionTyped,
    RequestSent,
    SessionEnding,
    SpeechResumed,
    StageReady,
    UtteranceDiscarded,
)
from llm.commands import NEWER_QUESTION, Command, DiscardAnswer, RevealAnswer, StartAnswer
from llm.conversation import NOT_REQUESTED, RESTARTED, Conversation
from llm.notes.index.passages import cut
from llm.notes.read.note_files import Note
from llm.notes.search import Notes
from llm.prompt import FeedbackPrompt
from llm.settings import LlmSettings
from tests.support.llm_events import final, pause

NOTES = Notes(cut([Note("a.md", "# Postgres\nWe moved to Postgres in 2021.\n\n# Food\nI like pizza.")]))
FINISHED = AnswerFinished(question=1, text="x", model="m", stop_reason="stop")
Steps = list[Event | Command]


def live(answer: str = "auto", **more: bool) -> Conversation:
    conversation = Conversation(LlmSettings(answer=answer, **more), NOTES)  # type: ignore[arg-type]
    assert list(conversation.go_live()) == []
    return conversation


def restarted(*history: Event, answer: str = "auto") -> Steps:
    """Return the steps of a stage that restarts after this history."""
    conversation = Conversation(LlmSettings(answer=answer), NOTES)  # type: ignore[arg-type]
    for event in history:
        assert apply(conversation, event) == []
    return list(conversation.go_live())


def apply(conversation: Conversation, event: Event) -> Steps:
    return list(conversation.apply(Logged(1, 1, event)))


def test_numbers_of_struck_questions_are_not_used_again() -> None:
    struck = LogRedacted(
        last_s=60.0,
        since_ns=0,
        turns=1,
        utterances=[],
        questions=[1, 2],
        practice_answers=[],
        audio=[],
        sent=[],
    )
    conversation = Conversation(LlmSettings(), NOTES)
    assert apply(conversation, struck) == []
    assert list(conversation.go_live()) == []
    steps = apply(conversation, final("Why Postgres?"))
    assert [each.question for each in steps if isinstance(each, QuestionDetected)] == [3]


def asked(
    question: int = 1, text: str = "Why Postgres?", utterance: int = 1, previous: str = ""
) -> QuestionDetected:
    return QuestionDetected(
        question=question,
        source="call",
        utterance=utterance,
        text=text,
        confidence=0.95,
        kind="question",
        previous=previous,
    )


def grew(added: str) -> AnswerStreamed:
    return AnswerStreamed(question=1, delta=added, received_ns=1)


def kinds(steps: Steps) -> list[type]:
    return [type(step) for step in steps]


def test_question_then_passages_then_start() -> None:
    question, found, start = apply(live(), final("Why Postgres?"))
    assert isinstance(question, QuestionDetected)
    assert (question.question, question.text, question.kind) == (1, "Why Postgres?", "question")
    assert isinstance(found, PassagesRetrieved)
    assert [passage.heading for passage in found.passages] == ["Postgres"]
    assert isinstance(start, StartAnswer)
    assert (start.question, start.prompt.question) == (1, "Why Postgres?")
    assert start.prompt.passages == tuple(found.passages)


def test_non_question_yields_nothing() -> None:
    assert apply(live(), final("I like Postgres.")) == []


def test_questions_are_numbered() -> None:
    conversation = live()
    apply(conversation, final("Why Postgres?"))
    question, _, start = apply(conversation, final("What is a mutex?", utterance=2, start_s=9))
    assert isinstance(question, QuestionDetected)
    assert isinstance(start, StartAnswer)
    assert (question.question, start.question) == (2, 2)


def test_follow_up_sends_previous_question() -> None:
    conversation = live()
    apply(conversation, final("Why Postgres?"))
    *_, start = apply(conversation, final("And why that one?", utterance=2, start_s=9))
    assert isinstance(start, StartAnswer)
    assert start.prompt.previous_question == "Why Postgres?"
    assert [passage.heading for passage in start.prompt.passages] == ["Postgres"]


def test_answers_off_still_shows_notes() -> None:
    question, found, stopped = apply(live("off"), final("Why Postgres?"))
    assert isinstance(question, QuestionDetected)
    assert isinstance(found, PassagesRetrieved)
    assert found.passages
    assert stopped == AnswerStopped(question=1, cause=NOT_REQUESTED, kept="")


def test_request_answers_latest_words() -> None:
    conversation = live()
    apply(conversation, final("I like Postgres."))
    question, _, _ = apply(conversation, AnswerRequested(by="view"))
    assert isinstance(question, QuestionDetected)
    assert (question.text, question.kind) == ("I like Postgres.", "asked for")


def test_a_typed_question_is_answered_on_request_too() -> None:
    for mode in ("auto", "ask"):
        conversation = live(mode)
        question, found, start = apply(conversation, QuestionTyped(text="Why Postgres?", by="control"))
        assert isinstance(question, QuestionDetected)
        assert (question.source, question.kind, question.text) == ("typed", "typed", "Why Postgres?")
        assert isinstance(found, PassagesRetrieved)
        assert [passage.heading for passage in found.passages] == ["Postgres"]
        assert isinstance(start, StartAnswer)
        again, *_ = apply(conversation, QuestionTyped(text="Why Postgres?", by="control"))
        assert isinstance(again, QuestionDetected)
        assert again.replaces == 0, "it may be asked twice"


def test_a_typed_question_is_asked_once_over_a_restart() -> None:
    typed = QuestionTyped(text="Why Postgres?", by="control")
    question, *_ = restarted(typed)
    assert isinstance(question, QuestionDetected)
    assert restarted(typed, question, FINISHED) == []


def test_request_during_answer_changes_nothing() -> None:
    conversation = live()
    apply(conversation, final("Why Postgres?"))
    assert apply(conversation, AnswerRequested(by="view")) == []
    apply(conversation, FINISHED)
    assert kinds(apply(conversation, AnswerRequested(by="view"))) == [
        QuestionDetected,
        PassagesRetrieved,
        StartAnswer,
    ]


def test_request_before_any_word() -> None:
    assert apply(live(), AnswerRequested(by="view")) == []


def test_no_question_while_session_ends() -> None:
    conversation = live()
    apply(conversation, SessionEnding(cause="stopped by the user"))
    assert apply(conversation, final("Why Postgres?")) == []


def test_finished_answer_is_not_repeated_after_restart() -> None:
    assert restarted(final("Why Postgres?"), asked(), grew("x"), FINISHED) == []
    assert restarted(final("Why Postgres?"), asked(), AnswerStopped(question=1, cause="c", kept="")) == []


def test_open_question_is_restarted_with_its_number() -> None:
    found, start = restarted(final("Why Postgres?"), asked())
    assert isinstance(found, PassagesRetrieved)
    assert isinstance(start, StartAnswer)
    assert (start.question, start.prompt.question) == (1, "Why Postgres?")


def test_begun_answer_is_closed_and_repeated() -> None:
    stopped, question, _, start = restarted(final("Why Postgres?"), asked(), grew("Be"), grew("cause"))
    assert stopped == AnswerStopped(question=1, cause=RESTARTED, kept="Because")
    assert question == asked(2)
    assert isinstance(start, StartAnswer)
    assert start.question == 2


def test_unpublished_question_is_asked_after_restart() -> None:
    steps = restarted(final("Why Postgres?"))
    assert kinds(steps) == [QuestionDetected, PassagesRetrieved, StartAnswer]


def test_newest_question_wins_after_restart() -> None:
    history = [final("Why Postgres?"), asked(), final("What is a mutex?", utterance=2, start_s=9)]
    stopped, question, _, _ = restarted(*history)
    assert stopped == AnswerStopped(question=1, cause=NEWER_QUESTION, kept="")
    assert isinstance(question, QuestionDetected)
    assert (question.question, question.text) == (2, "What is a mutex?")
    history += [asked(2, "What is a mutex?", 2)]
    steps = restarted(*history)
    assert steps[0] == AnswerStopped(question=1, cause=NEWER_QUESTION, kept="")
    assert [step.question for step in steps if isinstance(step, StartAnswer)] == [2]


def test_follow_up_keeps_previous_after_restart() -> None:
    history = [final("Why Postgres?"), asked(), FINISHED, final("And why that one?", utterance=2, start_s=9)]
    *_, start = restarted(*history, asked(2, "Why that one?", 2, previous="Why Postgres?"))
    assert isinstance(start, StartAnswer)
    assert start.prompt.previous_question == "Why Postgres?"


def test_open_request_is_met_after_restart() -> None:
    steps = restarted(final("Why Postgres?"), AnswerRequested(by="view"), answer="ask")
    assert kinds(steps) == [QuestionDetected, PassagesRetrieved, StartAnswer]
    history = [final("Why Postgres?"), AnswerRequested(by="view"), asked(), FINISHED]
    assert restarted(*history, answer="ask") == []


def test_history_ends_at_own_start() -> None:
    def ready(stage: str, logged_ns: int) -> Logged:
        return Logged(1, logged_ns, StageReady(stage=stage))

    assert is_own_start(ready("llm", 100), "llm", 100)
    assert not is_own_start(ready("llm", 99), "llm", 100)
    assert not is_own_start(ready("stt", 100), "llm", 100)


def test_nothing_starts_at_pause_unless_eager() -> None:
    assert apply(live(), pause("Why Postgres?")) == []
    assert apply(live(eager=True, confirm=True), pause("Why Postgres?")) == []
    assert apply(live("ask", eager=True), pause("Why Postgres?")) == []


def test_early_answer_starts_at_pause() -> None:
    conversation = live(eager=True)
    (start,) = apply(conversation, pause("Why Postgres?"))
    assert isinstance(start, StartAnswer)
    assert (start.question, start.early, start.prompt.question) == (1, True, "Why Postgres?")
    question, found, release = apply(conversation, final("Why Postgres?"))
    assert isinstance(question, QuestionDetected)
    assert isinstance(found, PassagesRetrieved)
    assert tuple(found.passages) == start.prompt.passages
    assert release == RevealAnswer(1)


def test_changed_early_question_is_discarded() -> None:
    conversation = live(eager=True)
    apply(conversation, pause("Why Postgres?"))
    drop, question, _, start = apply(conversation, final("Why Postgres and not MySQL?"))
    assert drop == DiscardAnswer(1)
    assert isinstance(question, QuestionDetected)
    assert isinstance(start, StartAnswer)
    assert (question.question, start.question, start.early) == (2, 2, False)


def test_early_question_is_discarded_on_resume() -> None:
    conversation = live(eager=True)
    apply(conversation, pause("Why Postgres?"))
    assert apply(conversation, SpeechResumed(source="call", utterance=1, resumed_sample=33000)) == [
        DiscardAnswer(1)
    ]
    (start,) = apply(conversation, pause("Why Postgres and not MySQL?"))
    assert isinstance(start, StartAnswer)
    assert start.question == 2


def test_early_question_of_discarded_utterance() -> None:
    conversation = live(eager=True)
    apply(conversation, pause("Why Postgres?"))
    nothing = UtteranceDiscarded(
        source="call", utterance=1, start_sample=0, stop_sample=32000, cause="no words"
    )
    assert apply(conversation, nothing) == [DiscardAnswer(1)]


def test_second_pause_with_same_words() -> None:
    conversation = live(eager=True)
    apply(conversation, pause("Why Postgres?"))
    assert apply(conversation, pause("Why Postgres?")) == []


def test_number_of_early_request_is_not_reused() -> None:
    sent = RequestSent(
        question=1,
        host="h",
        url="u",
        model="m",
        body="",
        body_bytes=0,
        left_machine=True,
        sent_ns=1,
    )
    question, *_ = restarted(sent, final("Why Postgres?"))
    assert isinstance(question, QuestionDetected)
    assert question.question == 2


PRACTICE = LlmSettings(answer="feedback")
PRACTICE_ANSWER = FeedbackRequested(number=1, asked="Why Postgres?", answered="Because of the transactions.")
FEEDBACK_QUESTION = QuestionDetected(
    question=1,
    source="practice",
    utterance=1,
    text="Feedback on your answer to: Why Postgres?",
    confidence=1.0,
    kind="feedback",
)


def practice(*history: Event) -> tuple[Conversation, list[Event | Command]]:
    conversation = Conversation(PRACTICE, NOTES)
    for event in history:
        assert apply(conversation, event) == []
    return conversation, list(conversation.go_live())


def test_practice_answer_gets_feedback_with_notes() -> None:
    conversation, _ = practice()
    asked, found, start = apply(conversation, PRACTICE_ANSWER)
    assert asked == FEEDBACK_QUESTION
    assert isinstance(found, PassagesRetrieved)
    assert [passage.heading for passage in found.passages] == ["Postgres"]
    assert isinstance(start, StartAnswer)
    assert start.question == 1
    assert start.prompt == FeedbackPrompt(
        question=PRACTICE_ANSWER.asked, answer=PRACTICE_ANSWER.answered, passages=tuple(found.passages)
    )


def test_practice_answers_no_questions() -> None:
    conversation, _ = practice()
    assert apply(conversation, final("What is a mutex?", "call", 1, 1.0)) == []
    assert apply(conversation, final("Why do you ask me that?", "mic", 1, 1.0)) == []
    assert apply(conversation, AnswerRequested(by="view")) == []


def test_open_feedback_is_given_after_restart() -> None:
    _, steps = practice(PRACTICE_ANSWER)
    assert [type(step) for step in steps] == [QuestionDetected, PassagesRetrieved, StartAnswer]
    _, steps = practice(PRACTICE_ANSWER, FEEDBACK_QUESTION)
    assert [type(step) for step in steps] == [PassagesRetrieved, StartAnswer]
    start = steps[-1]
    assert isinstance(start, StartAnswer)
    assert isinstance(start.prompt, FeedbackPrompt)
    assert start.prompt.answer == PRACTICE_ANSWER.answered
    done = AnswerFinished(question=1, text="Good.", model="some", stop_reason="stop")
    assert practice(PRACTICE_ANSWER, FEEDBACK_QUESTION, done)[1] == []


def test_newest_feedback_wins_after_restart() -> None:
    newer = FeedbackRequested(number=2, asked="Why not?", answered="Because.")
    _, steps = practice(PRACTICE_ANSWER, FEEDBACK_QUESTION, newer)
    assert isinstance(steps[0], AnswerStopped)
    assert steps[0].cause == NEWER_QUESTION
    assert isinstance(steps[1], QuestionDetected)
    assert (steps[1].question, steps[1].utterance) == (2, 2)
