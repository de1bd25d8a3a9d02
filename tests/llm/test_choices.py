"""What the user may choose in a session: when to ask, whom, what for, and how much of it."""

from __future__ import annotations

import threading

from bus import messages as m
from tests.llm.conftest import StartLive
from tests.llm.live import Live
from tests.llm.provider_server import HEAD, Do, ProviderServer, answer, chunk, delta, json_reply

QUESTION = "Why did you choose Postgres?"
BAD_KEY = [
    json_reply({"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}, "401 Unauthorized")
]


class TestEager:
    def test_an_early_request_is_on_its_way_before_the_words_are_final_and_is_the_only_one(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        provider.script = [answer("Because.")]
        live = start_live(provider=provider.base_url, eager=True)
        live.pause(QUESTION)
        live.wait_for(m.RequestSent)
        assert live.all(m.QuestionDetected) == live.all(m.AnswerStreamed) == []
        live.publish(QUESTION)
        finished = live.wait_for(m.AnswerFinished)
        assert (finished.question, finished.text) == (1, "Because.")
        kinds = [type(event) for event in live.events]
        assert (
            kinds.index(m.QuestionDetected) < kinds.index(m.PassagesRetrieved) < kinds.index(m.AnswerStreamed)
        )
        assert len(provider.asked) == 1

    def test_words_that_change_throw_the_early_answer_away_and_its_cost_is_told(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        provider.script = [[HEAD, chunk(delta("Early")), Do.WAIT], answer("Because.")]
        live = start_live(provider=provider.base_url, eager=True)
        live.pause(QUESTION)
        live.wait_for(m.RequestSent)
        live.wait_for_beats(2)  # by then the answer has begun, which nothing shows before it stands
        live.publish("Why did you choose Postgres and not MySQL?")
        finished = live.wait_for(m.AnswerFinished)
        assert (finished.question, finished.text) == (2, "Because.")
        assert "Early" not in "".join(grew.delta for grew in live.all(m.AnswerStreamed))
        counted = live.wait_for(m.UsageCounted, 2)
        assert {(each.question, each.wasted) for each in live.all(m.UsageCounted)} == {(1, True), (2, False)}
        assert counted.session_requests == 2
        live.wait_until(lambda: len(provider.hung_up) == 1)

    def test_an_early_question_does_not_stop_the_answer_under_way_until_it_stands(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        go_on = threading.Event()
        first = [HEAD, chunk(delta("First ")), go_on, *answer("goes on.")[1:]]
        provider.script = [first, answer("Second.")]
        live = start_live(provider=provider.base_url, eager=True)
        live.publish(QUESTION)
        live.wait_for(m.AnswerStreamed)
        live.pause("And what is a mutex?")
        live.wait_for(m.RequestSent, 2)
        live.session_says(m.AnswerRequested(by="session"))  # being answered already: changes nothing
        go_on.set()
        assert live.wait_for(m.AnswerFinished).text == "First goes on."


class TestConfirm:
    def test_nothing_is_sent_before_the_user_lets_it_go(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        provider.script = [answer("Because.")]
        live = start_live(provider=provider.base_url, confirm=True, first_token_timeout_s=1.0)
        live.publish(QUESTION)
        held = live.wait_for(m.RequestHeld)
        live.wait_for_beats(3)
        assert provider.asked == []
        live.control_says(m.RequestDecided(question=1, allowed=True, by="control"))
        live.wait_for(m.AnswerFinished)
        assert live.all(m.RequestSent)[0].body == held.body == provider.asked[0].body.decode()

    def test_what_is_not_let_go_is_never_sent(self, start_live: StartLive, provider: ProviderServer) -> None:
        provider.script = [answer("Because.")]
        live = start_live(provider=provider.base_url, confirm=True)
        live.publish(QUESTION)
        live.wait_for(m.RequestHeld)
        live.control_says(m.RequestDecided(question=1, allowed=False, by="control"))
        assert live.wait_for(m.AnswerStopped).cause == "you did not approve the request"
        assert provider.asked == []

    def test_a_newer_question_takes_the_place_of_one_that_waits(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        provider.script = [answer("Because.")]
        live = start_live(provider=provider.base_url, confirm=True)
        live.publish(QUESTION)
        live.wait_for(m.RequestHeld)
        live.publish("What is a mutex?")
        live.wait_for(m.RequestHeld, 2)
        live.control_says(m.RequestDecided(question=1, allowed=True, by="control"))
        live.control_says(m.RequestDecided(question=2, allowed=True, by="control"))
        assert live.wait_for(m.AnswerFinished).question == 2
        assert len(provider.asked) == 1


class TestAnotherProvider:
    def test_the_next_question_goes_to_whoever_is_wanted(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        with ProviderServer(models=["other-model"], script=[answer("Two.")]) as other:
            provider.script = [answer("One.")]
            live = start_live(provider=provider.base_url)
            live.publish(QUESTION)
            live.wait_for(m.AnswerFinished)
            live.control_says(m.ProviderRequested(provider=other.base_url, by="control"))
            ready = live.wait_for(m.ProviderReady, 2)
            assert (ready.model, ready.models, ready.leaves_machine) == (
                "other-model",
                ["other-model"],
                False,
            )
            live.publish("What is a mutex?")
            assert live.wait_for(m.AnswerFinished, 2).text == "Two."
            assert (len(provider.asked), len(other.asked)) == (1, 1)

    def test_one_that_does_not_answer_changes_nothing_and_is_named(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        provider.script = [answer("One.")]
        live = start_live(provider=provider.base_url)
        live.wait_for(m.ProviderReady)
        live.control_says(m.ProviderRequested(provider="http://127.0.0.1:9/v1", by="control"))
        problem = live.wait_for(m.ProblemReported)
        assert "127.0.0.1:9 cannot be reached" in problem.problem
        assert problem.kept == "the provider used before stays active"
        live.publish(QUESTION)
        assert live.wait_for(m.AnswerFinished).text == "One."

    def test_the_choice_outlives_the_stage(self, start_live: StartLive, provider: ProviderServer) -> None:
        with ProviderServer(models=["other-model"], script=[answer("Two.")]) as other:
            provider.script = [answer("One.")]
            live = start_live(provider=provider.base_url)
            live.wait_for(m.ProviderReady)
            live.control_says(m.ProviderRequested(provider=other.base_url, by="control"))
            live.wait_for(m.ProviderReady, 2)
            live.children[-1].kill()
            live.children[-1].wait(5)
            live.start("llm")
            live.publish(QUESTION)
            assert live.wait_for(m.AnswerFinished).text == "Two."


class TestFallback:
    def test_the_other_one_answers_when_the_first_refuses(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        with ProviderServer(script=[answer("From the other.")]) as other:
            provider.script = [BAD_KEY]
            live = start_live(provider=provider.base_url, fallback_provider=other.base_url)
            live.publish(QUESTION)
            assert live.wait_for(m.AnswerFinished).text == "From the other."
            assert live.all(m.ProblemReported)[-1].fix == f"{other.base_url} is asked instead"
            live.publish("What is a mutex?")
            live.wait_for(m.AnswerFinished, 2)
            assert (len(provider.asked), len(other.asked)) == (1, 2)

    def test_words_that_are_shown_are_not_answered_by_somebody_else(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        with ProviderServer(script=[answer("No.")]) as other:
            provider.script = [[HEAD, chunk(delta("So far")), Do.CLOSE]]
            live = start_live(provider=provider.base_url, fallback_provider=other.base_url)
            live.publish(QUESTION)
            assert live.wait_for(m.AnswerStopped).kept == "So far"
            assert other.asked == []


class TestLimits:
    def test_beyond_the_limit_nothing_is_sent_and_it_is_said(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        provider.script = [answer("One.")]
        live = start_live(provider=provider.base_url, session_requests_limit=1)
        live.publish(QUESTION)
        live.wait_for(m.UsageCounted)
        live.publish("What is a mutex?")
        stopped = live.wait_for(m.AnswerStopped)
        assert "the limit of this session is reached (1 of 1 requests)" in stopped.cause
        assert "session_requests_limit" in stopped.fix
        assert len(provider.asked) == 1

    def test_what_was_spent_is_remembered_by_a_stage_that_starts_again(
        self, start_live: StartLive, provider: ProviderServer
    ) -> None:
        provider.script = [answer("One.")]
        live = start_live(provider=provider.base_url, session_requests_limit=1)
        live.publish(QUESTION)
        live.wait_for(m.UsageCounted)
        live.children[-1].kill()
        live.children[-1].wait(5)
        live.start("llm")
        live.publish("What is a mutex?")
        assert "the limit of this session" in live.wait_for(m.AnswerStopped).cause

    def test_a_model_on_this_machine_costs_nothing_and_its_tokens_are_counted(
        self, live: Live, provider: ProviderServer
    ) -> None:
        provider.script = [answer("One.")]
        live.publish(QUESTION)
        counted = live.wait_for(m.UsageCounted)
        assert (counted.prompt_tokens, counted.answer_tokens, counted.cost) == (11, 3, 0.0)
        assert not counted.estimated
        assert not counted.wasted
