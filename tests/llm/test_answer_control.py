"""The user controls answers: cancel, again, shorter, longer; each question has one outcome."""

from __future__ import annotations

import json
import threading

import pytest

from bus import messages as m
from llm.commands import CANCELLED, NEWER_QUESTION, CancelAnswer, StartAnswer
from llm.conversation import NOT_REQUESTED, Conversation
from llm.prompt import AGAIN, AnswerPrompt
from llm.settings import LlmSettings
from tests.llm.conftest import StartLive
from tests.llm.test_conversation import FINISHED, NOTES, apply, asked, grew, live, restarted
from tests.support.fake_provider import HEAD, Do, ProviderServer, answer, chunk, delta
from tests.support.llm_events import final
from tests.support.llm_stage import Live

QUESTION = "Why did you choose Postgres?"
CANCEL = m.CancelRequested(by="view")
REQUEST = m.AnswerRequested(by="view")


def vary(variant: str, question: int = 0) -> m.VariantRequested:
    return m.VariantRequested(question=question, variant=variant, by="view")  # type: ignore[arg-type]


def varied(conversation: Conversation, event: m.Event) -> tuple[m.QuestionDetected, AnswerPrompt]:
    question, found, start = apply(conversation, event)
    assert isinstance(question, m.QuestionDetected)
    assert isinstance(found, m.PassagesRetrieved)
    assert isinstance(start, StartAnswer)
    assert isinstance(start.prompt, AnswerPrompt)
    assert start.prompt.passages == tuple(found.passages)
    return question, start.prompt


def outcomes(running: Live) -> list[int]:
    ended = [*running.all(m.AnswerFinished), *running.all(m.AnswerStopped)]
    return sorted(each.question for each in ended)


def test_cancel_stops_the_answer_under_way() -> None:
    conversation = live()
    apply(conversation, final("Why Postgres?"))
    assert apply(conversation, CANCEL) == [CancelAnswer()]


@pytest.mark.parametrize(
    ("variant", "length", "again"),
    [("again", "medium", True), ("shorter", "short", False), ("longer", "long", False)],
)
def test_variant_asks_the_same_question_in_another_form(variant: str, length: str, again: bool) -> None:
    conversation = live()
    first, *_ = apply(conversation, final("Why Postgres?"))
    apply(conversation, FINISHED)
    question, prompt = varied(conversation, vary(variant))
    assert isinstance(first, m.QuestionDetected)
    assert (question.question, question.kind, question.replaces) == (2, variant, 0)
    assert (question.text, question.spans) == (first.text, first.spans)
    assert (prompt.style.length, prompt.again) == (length, again)


def test_repeated_shorter_goes_further_and_again_keeps_the_length() -> None:
    conversation = live()
    apply(conversation, final("Why Postgres?"))
    lengths = [varied(conversation, vary(each))[1].style.length for each in ("shorter", "shorter", "again")]
    assert lengths == ["short", "shortest", "shortest"]


def test_variant_of_an_older_question() -> None:
    conversation = live()
    apply(conversation, final("Why Postgres?"))
    apply(conversation, final("What is a mutex?", utterance=2, start_s=9))
    question, _ = varied(conversation, vary("again", question=1))
    assert (question.question, question.text) == (3, "Why Postgres?")


@pytest.mark.parametrize("event", [vary("again"), vary("shorter", question=7)])
def test_variant_of_no_question_is_ignored(event: m.Event) -> None:
    assert apply(live(), event) == []


def test_question_and_notes_are_shown_before_the_request() -> None:
    conversation = live("ask")
    question, found, stopped = apply(conversation, final("Why Postgres?"))
    assert isinstance(question, m.QuestionDetected)
    assert isinstance(found, m.PassagesRetrieved)
    assert found.passages
    assert stopped == m.AnswerStopped(question=1, cause=NOT_REQUESTED, kept="")
    requested, prompt = varied(conversation, REQUEST)
    assert (requested.question, requested.replaces, prompt.question) == (2, 1, "Why Postgres?")
    apply(conversation, m.AnswerFinished(question=2, text="x", model="m", stop_reason="stop"))
    assert varied(conversation, REQUEST)[0].replaces == 0  # the answer can be brought back


def test_variant_requests_a_question_that_was_not_requested() -> None:
    conversation = live("ask")
    apply(conversation, final("Why Postgres?"))
    assert varied(conversation, vary("shorter"))[0].replaces == 1


NOT_ASKED = m.AnswerStopped(question=1, cause=NOT_REQUESTED, kept="")


def test_restarted_stage_requests_nothing_by_itself() -> None:
    question, found, stopped = restarted(final("Why Postgres?"), answer="ask")
    assert isinstance(question, m.QuestionDetected)
    assert stopped == NOT_ASKED
    found, stopped = restarted(final("Why Postgres?"), asked(), answer="ask")
    assert isinstance(found, m.PassagesRetrieved)
    assert stopped == NOT_ASKED
    assert restarted(final("Why Postgres?"), asked(), NOT_ASKED, answer="ask") == []


def test_restarted_stage_requests_what_the_user_requested() -> None:
    history = (final("Why Postgres?"), asked(), NOT_ASKED, REQUEST)
    question, _, start = restarted(*history, answer="ask")
    assert isinstance(question, m.QuestionDetected)
    assert (question.question, question.replaces) == (2, 1)
    assert isinstance(start, StartAnswer)
    _, start = restarted(*history, asked(2), answer="ask")
    assert isinstance(start, StartAnswer)


def test_restarted_stage_answers_a_variant() -> None:
    history = (final("Why Postgres?"), asked(), FINISHED, vary("shorter"))
    question, _, start = restarted(*history)
    assert isinstance(question, m.QuestionDetected)
    assert question.kind == "shorter"
    assert isinstance(start, StartAnswer)
    assert start.prompt.style.length == "short"


def test_restarted_stage_does_not_answer_what_was_cancelled() -> None:
    (stopped,) = restarted(final("Why Postgres?"), asked(), grew("Because"), CANCEL)
    assert stopped == m.AnswerStopped(question=1, cause=CANCELLED, kept="Because")


def test_variant_of_feedback_asks_for_feedback() -> None:
    conversation = Conversation(LlmSettings(answer="feedback"), NOTES)
    list(conversation.go_live())
    apply(conversation, m.FeedbackRequested(number=1, asked="Why Postgres?", answered="Because."))
    question, _, start = apply(conversation, vary("longer"))
    assert isinstance(question, m.QuestionDetected)
    assert isinstance(start, StartAnswer)
    assert (question.source, start.prompt.question, start.prompt.style.length) == (
        "practice",
        "Why Postgres?",
        "long",
    )


def test_cancel_while_streaming_keeps_what_came(live: Live, provider: ProviderServer) -> None:
    provider.script = [[HEAD, chunk(delta("Because")), Do.WAIT], answer("A lock.")]
    live.publish(QUESTION)
    live.wait_for(m.AnswerStreamed)
    live.publish_as_control(m.CancelRequested(by="control"))
    stopped = live.wait_for(m.AnswerStopped)
    assert stopped == m.AnswerStopped(question=1, cause=CANCELLED, kept="Because")
    live.wait_until(lambda: provider.closed_connections == [1])
    live.publish("What is a mutex?")
    assert live.wait_for(m.AnswerFinished).question == 2
    assert outcomes(live) == [1, 2]


def test_variant_while_streaming_is_a_new_question(live: Live, provider: ProviderServer) -> None:
    provider.script = [[HEAD, chunk(delta("Because")), Do.WAIT], answer("Known."), answer("Still known.")]
    live.publish(QUESTION)
    live.wait_for(m.AnswerStreamed)
    live.publish_as_control(m.VariantRequested(variant="shorter", by="control"))
    assert live.wait_for(m.AnswerStopped) == m.AnswerStopped(question=1, cause=NEWER_QUESTION, kept="Because")
    assert live.wait_for(m.AnswerFinished).question == 2
    live.publish_as_control(m.VariantRequested(variant="again", by="control"))
    live.wait_for(m.AnswerFinished, 2)
    texts = [json.loads(each.body)["messages"] for each in provider.asked]
    assert [AGAIN in text[-1]["content"] for text in texts] == [False, False, True]
    assert "at most 120 words" in texts[0][0]["content"]
    assert "at most 60 words" in texts[1][0]["content"]
    assert texts[2][0] == texts[1][0]
    assert outcomes(live) == [1, 2, 3]


def test_cancel_and_variant_of_a_held_request(start_live: StartLive, provider: ProviderServer) -> None:
    provider.script = [answer("Because.")]
    live = start_live(provider=provider.base_url, confirm=True)
    live.publish(QUESTION)
    live.wait_for(m.RequestHeld)
    live.publish_as_control(m.VariantRequested(variant="longer", by="control"))
    assert live.wait_for(m.RequestHeld, 2).question == 2
    live.publish_as_control(m.CancelRequested(by="control"))
    assert live.wait_for(m.AnswerStopped, 2).cause == CANCELLED
    assert outcomes(live) == [1, 2]
    assert provider.asked == []


def test_killed_stage_does_not_resume_a_cancelled_answer(
    start_live: StartLive, provider: ProviderServer
) -> None:
    go_on = threading.Event()
    provider.script = [[HEAD, chunk(delta("Because")), go_on, Do.CLOSE], answer("Sure.")]
    live = start_live(provider=provider.base_url)
    live.publish(QUESTION)
    live.wait_for(m.AnswerStreamed)
    live.children[0].kill()
    live.children[0].wait(5)
    live.publish_as_control(m.CancelRequested(by="control"))
    live.start()
    assert live.wait_for(m.AnswerStopped) == m.AnswerStopped(question=1, cause=CANCELLED, kept="Because")
    live.publish_as_control(m.VariantRequested(variant="again", by="control"))
    assert live.wait_for(m.AnswerFinished).text == "Sure."
    assert outcomes(live) == [1, 2]
    go_on.set()
