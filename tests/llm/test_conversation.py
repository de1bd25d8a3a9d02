"""What is answered and when, and that a stage which starts again goes on where it was."""

from __future__ import annotations

from bus.messages import (
    AnswerFinished,
    AnswerRequested,
    AnswerStopped,
    AnswerStreamed,
    EndpointPredicted,
    Event,
    Logged,
    PassagesRetrieved,
    QuestionDetected,
    RequestSent,
    SessionEnding,
    SpeechResumed,
    StageReady,
    UtteranceDiscarded,
)
from llm.commands import NEWER_QUESTION, Command, DiscardAnswer, RevealAnswer, StartAnswer
from llm.conversation import NO_PROVIDER, RESTARTED, Conversation, is_own_start
from llm.notes.passages import cut
from llm.notes.reading import Note
from llm.notes.search import Notes
from llm.settings import LlmSettings
from tests.llm.events import final

NOTES = Notes(cut([Note("a.md", "# Postgres\nWe moved to Postgres in 2021.\n\n# Food\nI like pizza.")]))
FINISHED = AnswerFinished(question=1, text="x", model="m", stop_reason="stop")
Steps = list[Event | Command]


def live(answer: str = "auto", **more: bool) -> Conversation:
    conversation = Conversation(LlmSettings(answer=answer, **more), NOTES)  # type: ignore[arg-type]
    assert list(conversation.go_live()) == []
    return conversation


def again(*past: Event, answer: str = "auto") -> Steps:
    """Return the steps of a stage that starts again after this past."""
    conversation = Conversation(LlmSettings(answer=answer), NOTES)  # type: ignore[arg-type]
    for event in past:
        assert apply(conversation, event) == []
    return list(conversation.go_live())


def apply(conversation: Conversation, event: Event) -> Steps:
    return list(conversation.apply(Logged(1, 1, event)))


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


def test_a_question_is_said_then_the_notes_then_the_start() -> None:
    question, found, start = apply(live(), final("Why Postgres?"))
    assert isinstance(question, QuestionDetected)
    assert (question.question, question.text, question.kind) == (1, "Why Postgres?", "question")
    assert isinstance(found, PassagesRetrieved)
    assert [passage.heading for passage in found.passages] == ["Postgres"]
    assert isinstance(start, StartAnswer)
    assert (start.question, start.prompt.question) == (1, "Why Postgres?")
    assert start.prompt.passages == tuple(found.passages)


def test_what_is_no_question_takes_no_step() -> None:
    assert apply(live(), final("I like Postgres.")) == []


def test_questions_are_numbered_through() -> None:
    conversation = live()
    apply(conversation, final("Why Postgres?"))
    question, _, start = apply(conversation, final("What is a mutex?", utterance=2, start_s=9))
    assert isinstance(question, QuestionDetected)
    assert isinstance(start, StartAnswer)
    assert (question.question, start.question) == (2, 2)


def test_a_follow_up_takes_the_question_before_along() -> None:
    conversation = live()
    apply(conversation, final("Why Postgres?"))
    *_, start = apply(conversation, final("And why that one?", utterance=2, start_s=9))
    assert isinstance(start, StartAnswer)
    assert start.prompt.previous_question == "Why Postgres?"
    assert [passage.heading for passage in start.prompt.passages] == ["Postgres"]


def test_on_request_only_means_nothing_is_said_before() -> None:
    conversation = live("ask")
    assert apply(conversation, final("Why Postgres?")) == []
    assert kinds(apply(conversation, AnswerRequested(by="view"))) == [
        QuestionDetected,
        PassagesRetrieved,
        StartAnswer,
    ]


def test_answers_that_are_off_still_show_the_notes() -> None:
    question, found, stopped = apply(live("off"), final("Why Postgres?"))
    assert isinstance(question, QuestionDetected)
    assert isinstance(found, PassagesRetrieved)
    assert found.passages
    assert stopped == AnswerStopped(question=1, cause=NO_PROVIDER, kept="")


def test_a_request_answers_what_was_said_even_if_it_asks_nothing() -> None:
    conversation = live()
    apply(conversation, final("I like Postgres."))
    question, _, _ = apply(conversation, AnswerRequested(by="view"))
    assert isinstance(question, QuestionDetected)
    assert (question.text, question.kind) == ("I like Postgres.", "asked for")


def test_a_request_for_what_is_being_answered_changes_nothing() -> None:
    conversation = live()
    apply(conversation, final("Why Postgres?"))
    assert apply(conversation, AnswerRequested(by="view")) == []
    apply(conversation, FINISHED)
    assert kinds(apply(conversation, AnswerRequested(by="view"))) == [
        QuestionDetected,
        PassagesRetrieved,
        StartAnswer,
    ]


def test_a_request_before_any_word_is_nothing() -> None:
    assert apply(live(), AnswerRequested(by="view")) == []


def test_nothing_new_is_asked_while_the_session_ends() -> None:
    conversation = live()
    apply(conversation, SessionEnding(cause="stopped by the user"))
    assert apply(conversation, final("Why Postgres?")) == []


def test_what_has_an_end_is_not_asked_again() -> None:
    assert again(final("Why Postgres?"), asked(), grew("x"), FINISHED) == []
    assert again(final("Why Postgres?"), asked(), AnswerStopped(question=1, cause="c", kept="")) == []


def test_a_question_without_an_end_is_asked_again_under_its_number() -> None:
    found, start = again(final("Why Postgres?"), asked())
    assert isinstance(found, PassagesRetrieved)
    assert isinstance(start, StartAnswer)
    assert (start.question, start.prompt.question) == (1, "Why Postgres?")


def test_an_answer_that_had_begun_is_closed_and_asked_for_anew() -> None:
    stopped, question, _, start = again(final("Why Postgres?"), asked(), grew("Be"), grew("cause"))
    assert stopped == AnswerStopped(question=1, cause=RESTARTED, kept="Because")
    assert question == asked(2)
    assert isinstance(start, StartAnswer)
    assert start.question == 2


def test_a_question_nobody_had_asked_yet_is_asked() -> None:
    steps = again(final("Why Postgres?"))
    assert kinds(steps) == [QuestionDetected, PassagesRetrieved, StartAnswer]


def test_the_newest_question_wins_after_a_restart_too() -> None:
    past = [final("Why Postgres?"), asked(), final("What is a mutex?", utterance=2, start_s=9)]
    stopped, question, _, _ = again(*past)
    assert stopped == AnswerStopped(question=1, cause=NEWER_QUESTION, kept="")
    assert isinstance(question, QuestionDetected)
    assert (question.question, question.text) == (2, "What is a mutex?")
    past += [asked(2, "What is a mutex?", 2)]
    steps = again(*past)
    assert steps[0] == AnswerStopped(question=1, cause=NEWER_QUESTION, kept="")
    assert [step.question for step in steps if isinstance(step, StartAnswer)] == [2]


def test_a_follow_up_leans_on_the_same_question_after_a_restart() -> None:
    past = [final("Why Postgres?"), asked(), FINISHED, final("And why that one?", utterance=2, start_s=9)]
    *_, start = again(*past, asked(2, "Why that one?", 2, previous="Why Postgres?"))
    assert isinstance(start, StartAnswer)
    assert start.prompt.previous_question == "Why Postgres?"


def test_a_request_that_was_not_met_is_met_after_a_restart() -> None:
    steps = again(final("Why Postgres?"), AnswerRequested(by="view"), answer="ask")
    assert kinds(steps) == [QuestionDetected, PassagesRetrieved, StartAnswer]
    past = [final("Why Postgres?"), AnswerRequested(by="view"), asked(), FINISHED]
    assert again(*past, answer="ask") == []


def test_the_past_ends_with_the_stages_own_announcement_of_this_life() -> None:
    def ready(stage: str, logged_ns: int) -> Logged:
        return Logged(1, logged_ns, StageReady(stage=stage))

    assert is_own_start(ready("llm", 100), "llm", 100)
    assert not is_own_start(ready("llm", 99), "llm", 100)
    assert not is_own_start(ready("stt", 100), "llm", 100)


def paused(text: str, utterance: int = 1) -> EndpointPredicted:
    """Return the words up to a pause that may be the end."""
    return EndpointPredicted(
        source="call",
        utterance=utterance,
        start_sample=0,
        quiet_sample=32000,
        wait_ms=320,
        reason="question",
        text=text,
    )


def test_nothing_is_asked_at_a_pause_unless_it_is_wanted() -> None:
    assert apply(live(), paused("Why Postgres?")) == []
    assert apply(live(eager=True, confirm=True), paused("Why Postgres?")) == []
    assert apply(live("ask", eager=True), paused("Why Postgres?")) == []


def test_an_early_question_is_started_at_the_pause_and_said_when_its_words_stand() -> None:
    conversation = live(eager=True)
    (start,) = apply(conversation, paused("Why Postgres?"))
    assert isinstance(start, StartAnswer)
    assert (start.question, start.early, start.prompt.question) == (1, True, "Why Postgres?")
    question, found, release = apply(conversation, final("Why Postgres?"))
    assert isinstance(question, QuestionDetected)
    assert isinstance(found, PassagesRetrieved)
    assert tuple(found.passages) == start.prompt.passages
    assert release == RevealAnswer(1)


def test_an_early_question_whose_words_change_is_dropped_and_asked_anew() -> None:
    conversation = live(eager=True)
    apply(conversation, paused("Why Postgres?"))
    drop, question, _, start = apply(conversation, final("Why Postgres and not MySQL?"))
    assert drop == DiscardAnswer(1)
    assert isinstance(question, QuestionDetected)
    assert isinstance(start, StartAnswer)
    assert (question.question, start.question, start.early) == (2, 2, False)


def test_an_early_question_is_dropped_as_soon_as_its_speaker_goes_on() -> None:
    conversation = live(eager=True)
    apply(conversation, paused("Why Postgres?"))
    assert apply(conversation, SpeechResumed(source="call", utterance=1, resumed_sample=33000)) == [
        DiscardAnswer(1)
    ]
    (start,) = apply(conversation, paused("Why Postgres and not MySQL?"))
    assert isinstance(start, StartAnswer)
    assert start.question == 2


def test_an_early_question_is_dropped_when_its_utterance_comes_to_nothing() -> None:
    conversation = live(eager=True)
    apply(conversation, paused("Why Postgres?"))
    nothing = UtteranceDiscarded(
        source="call", utterance=1, start_sample=0, stop_sample=32000, cause="no words"
    )
    assert apply(conversation, nothing) == [DiscardAnswer(1)]


def test_the_same_words_at_a_second_pause_are_not_asked_twice() -> None:
    conversation = live(eager=True)
    apply(conversation, paused("Why Postgres?"))
    assert apply(conversation, paused("Why Postgres?")) == []


def test_a_number_that_an_early_request_of_an_earlier_life_took_is_not_given_again() -> None:
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
    question, *_ = again(sent, final("Why Postgres?"))
    assert isinstance(question, QuestionDetected)
    assert question.question == 2
