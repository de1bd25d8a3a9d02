"""Attempts at an answer: retries, timeouts, servers that load a model, fallback, limits and approval."""

from __future__ import annotations

import socket
import threading

import pytest

from bus import messages as m
from llm.client import retry
from tests.llm.client.conftest import StartClient
from tests.support.fake_provider import (
    DONE,
    END,
    HEAD,
    Do,
    ProviderServer,
    Step,
    answer,
    chunk,
    delta,
    event,
    json_reply,
    plain_reply,
)
from tests.support.llm_client import InProcessLlm

KEY = "sk-test-0123456789abcdef"
QUESTION = "Why did you choose Postgres?"
BAD_KEY = [
    json_reply({"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}, "401 Unauthorized")
]


def test_three_questions_at_once_send_nothing_twice(client: InProcessLlm, provider: ProviderServer) -> None:
    provider.script = [answer("x")]
    for question in (QUESTION, "What is a mutex?", "What is a deadlock?"):
        client.publish(question)
    client.wait_until(lambda: len(client.all(m.AnswerStopped)) + len(client.all(m.AnswerFinished)) == 3)
    assert client.all(m.AnswerFinished)[-1].question == 3
    bodies = [request.body for request in provider.asked]
    assert len(bodies) == len(set(bodies)) == len(client.all(m.RequestSent))


def error_reply(status: str, message: str, code: str = "", **headers: str) -> list[Step]:
    return [json_reply({"error": {"message": message, "type": code, "code": code}}, status, **headers)]


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (error_reply("401 Unauthorized", f"Incorrect API key provided: {KEY}"), "rejected the API key"),
        ([json_reply({"code": "invalid argument", "error": f"Incorrect API key provided: {KEY}"},
                     "400 Bad Request")], "rejected the API key"),
        (error_reply("429 Too Many Requests", "quota", "insufficient_quota"), "used up"),
        (error_reply("429 Too Many Requests", "slow", "rate_limit", retry_after="60"), "rate limit reached"),
        (error_reply("404 Not Found", f"no model for {KEY}"), "has no model 'test-model'"),
        ([plain_reply(b"<html>Sign in</html>", "text/html")], "a web page"),
        ([json_reply({"error": {"message": "context full", "code": 400}})], "context full"),
        ([plain_reply(b"", "text/plain", "307 Temporary Redirect", location="http://127.0.0.1:9/v1")],
         "redirects are not followed"),
        ([HEAD, *map(chunk, (delta(None, reasoning="hm"), delta(None, finish="length"), DONE)), END],
         "no visible answer"),
    ],
)  # fmt: skip
def test_refusal_is_reported_once(
    start_client: StartClient,
    provider: ProviderServer,
    capsys: pytest.CaptureFixture[str],
    reply: list[Step],
    cause: str,
) -> None:
    provider.script = [reply]
    client = start_client({"FAKE_API_KEY": KEY}, provider=provider.base_url, key_variable="FAKE_API_KEY")
    client.publish(QUESTION)
    stopped = client.wait_for(m.AnswerStopped)
    assert cause in stopped.cause
    assert client.wait_for(m.ProblemReported).problem == stopped.cause
    client.publish("What is a mutex?")
    client.wait_for(m.AnswerStopped, 2)
    client.close()
    assert len(client.all(m.ProblemReported)) == 1
    assert len(provider.asked) == 2
    assert provider.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(client.events)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "first",
    [
        error_reply("503 Service Unavailable", "busy"),
        error_reply("429 Too Many Requests", "slow", "rate_limit", retry_after="0.1"),
        [HEAD, Do.RESET],
        [HEAD, chunk(event({"error": {"message": "overloaded"}})), END],
    ],
)
def test_temporary_failure_is_retried(
    client: InProcessLlm, provider: ProviderServer, first: list[Step]
) -> None:
    provider.script = [first, answer("There.")]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "There."
    assert len(client.all(m.RequestSent)) == len(provider.asked) == 2
    assert not client.all(m.ProblemReported)


def test_unsupported_field_is_omitted_from_then_on(client: InProcessLlm, provider: ProviderServer) -> None:
    complaint = error_reply("400 Bad Request", "Unsupported parameter: 'temperature' is not supported")
    provider.script = [complaint, answer("There."), answer("Again.")]
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "There."
    client.publish("What is a mutex?")
    assert client.wait_for(m.AnswerFinished, 2).text == "Again."
    assert [b"temperature" in request.body for request in provider.asked] == [True, False, False]
    assert not client.all(m.ProblemReported)


@pytest.mark.parametrize("last", [Do.WAIT, Do.PING])
def test_first_text_timeout(start_client: StartClient, provider: ProviderServer, last: Do) -> None:
    provider.script = [[HEAD, last]]
    client = start_client(
        provider=provider.base_url, first_token_timeout_s=0.5, local_first_token_timeout_s=0.5
    )
    client.publish(QUESTION)
    assert "sent no text in time" in client.wait_for(m.AnswerStopped).cause
    client.wait_until(lambda: bool(provider.closed_connections))


def test_total_timeout(start_client: StartClient, provider: ProviderServer) -> None:
    provider.script = [[HEAD, chunk(delta("Well")), Do.PING]]
    client = start_client(
        provider=provider.base_url,
        first_token_timeout_s=0.5,
        local_first_token_timeout_s=0.5,
        total_timeout_s=1.0,
    )
    client.publish(QUESTION)
    stopped = client.wait_for(m.AnswerStopped)
    assert ("too long to finish" in stopped.cause, stopped.kept) == (True, "Well")


def test_loading_and_silent_server_is_waited_for(start_client: StartClient, provider: ProviderServer) -> None:
    """It answers with the status 503 first, then accepts and is silent; both waits are reported."""
    loading = [json_reply({"error": {"message": "Loading model"}}, "503 Service Unavailable")]
    ready = threading.Event()
    provider.script = [loading, [HEAD, ready, *answer("Loaded.")[1:]]]
    client = start_client(provider=provider.base_url, first_token_timeout_s=0.5)
    client.publish(QUESTION)
    client.wait_for(m.ProblemReported, 2)
    refused, silent = client.all(m.ProblemReported)
    assert "is still loading the model" in refused.problem
    assert "it may still be loading the model" in silent.problem
    assert "the question waits, for up to 120 s" in silent.kept
    ready.set()
    assert client.wait_for(m.AnswerFinished).text == "Loaded."


def test_server_that_returns_is_found(start_client: StartClient, provider: ProviderServer) -> None:
    provider.script = [answer("Back.")]
    provider.list_reply = [json_reply({"error": {"message": "loading model"}}, "503 Service Unavailable")]
    client = start_client(provider=provider.base_url)
    assert "is still loading the model" in client.wait_for(m.ProblemReported).problem
    provider.list_reply = ()
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "Back."


def _own_address() -> str:
    """Return an address of this machine that is not on loopback; no packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        address: str = probe.getsockname()[0]
    return "" if address.startswith("127.") else address


@pytest.fixture
def box() -> ProviderServer:
    address = _own_address()
    if not address:
        pytest.skip("this machine has no address but loopback")
    return ProviderServer(address=address)


def test_plain_http_server_is_used_when_allowed(start_client: StartClient, box: ProviderServer) -> None:
    with box:
        box.script = [answer("Because.")]
        client = start_client(
            {"CUECARD_API_KEY": "sk-other"}, provider=box.base_url, allow_plain_http=[box.address]
        )
        client.publish(QUESTION)
        assert client.wait_for(m.AnswerFinished).text == "Because."
        assert all("authorization" not in request.headers for request in box.requests)
    sent = client.all(m.RequestSent)[-1]
    assert (sent.left_machine, sent.encrypted) == (True, False)
    assert not client.all(m.ProviderReady)[0].encrypted


def test_plain_http_server_is_not_used_without_flag(start_client: StartClient, box: ProviderServer) -> None:
    with box:
        client = start_client(provider=box.base_url)
        problem = client.wait_for(m.ProblemReported)
        assert f"--allow-plain-http {box.address}" in problem.fix
        client.publish(QUESTION)
        client.wait_for(m.AnswerStopped)
        assert not box.requests


@pytest.mark.parametrize("status", ["503 Service Unavailable", "500 Internal Server Error"])
def test_loading_model_is_waited_for(
    start_client: StartClient, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr(retry, "LOADING_RETRY_S", 0.1)
    loading = [json_reply({"error": {"message": "Loading model", "code": 503}}, status)]
    provider.script = [loading, loading, loading, loading, answer("Because.")]
    client = start_client(provider=provider.base_url, first_token_timeout_s=0.2)
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "Because."
    problem = client.wait_for(m.ProblemReported)
    assert "loading the model" in problem.problem


def test_loading_before_model_list_is_waited_for(
    start_client: StartClient, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "LOADING_RETRY_S", 0.1)
    loading = json_reply({"error": {"message": "Loading model", "code": 503}}, "503 Service Unavailable")
    listed = json_reply({"object": "list", "data": [{"id": "test-model"}]})
    replies = iter([[loading]] * 4)
    provider.list_replies = lambda: next(replies, [listed])
    provider.script = [answer("Because.")]
    client = start_client(provider=provider.base_url, first_token_timeout_s=0.2)
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "Because."
    assert len(provider.asked) == 1


def test_address_without_version_is_found(start_client: StartClient, provider: ProviderServer) -> None:
    provider.script = [answer("Because.")]
    client = start_client(provider=provider.base_url.removeprefix("http://").removesuffix("/v1"))
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "Because."
    assert {request.path for request in provider.asked} == {"/v1/chat/completions"}


def test_missing_model_of_local_server_is_named(start_client: StartClient, provider: ProviderServer) -> None:
    client = start_client(provider=provider.base_url, model="test-modle")
    problem = client.wait_for(m.ProblemReported)
    assert "has no model 'test-modle'; nearest is 'test-model'" in problem.problem


def test_early_question_does_not_stop_current_answer(
    start_client: StartClient, provider: ProviderServer
) -> None:
    go_on = threading.Event()
    first = [HEAD, chunk(delta("First ")), go_on, *answer("goes on.")[1:]]
    provider.script = [first, answer("Second.")]
    client = start_client(provider=provider.base_url, eager=True)
    client.publish(QUESTION)
    client.wait_for(m.AnswerStreamed)
    client.pause("And what is a mutex?")
    client.wait_for(m.RequestSent, 2)
    client.apply(m.AnswerRequested(by="session"))  # being answered already: changes nothing
    go_on.set()
    assert client.wait_for(m.AnswerFinished).text == "First goes on."


def test_rejected_request_is_never_sent(start_client: StartClient, provider: ProviderServer) -> None:
    provider.script = [answer("Because.")]
    client = start_client(provider=provider.base_url, confirm=True)
    client.publish(QUESTION)
    client.wait_for(m.RequestHeld)
    client.apply(m.RequestDecided(question=1, allowed=False, by="control"))
    assert client.wait_for(m.AnswerStopped).cause == "you did not approve the request"
    assert provider.asked == []


def test_newer_question_replaces_held_one(start_client: StartClient, provider: ProviderServer) -> None:
    provider.script = [answer("Because.")]
    client = start_client(provider=provider.base_url, confirm=True)
    client.publish(QUESTION)
    client.wait_for(m.RequestHeld)
    client.publish("What is a mutex?")
    client.wait_for(m.RequestHeld, 2)
    client.apply(m.RequestDecided(question=1, allowed=True, by="control"))
    client.apply(m.RequestDecided(question=2, allowed=True, by="control"))
    assert client.wait_for(m.AnswerFinished).question == 2
    assert len(provider.asked) == 1


def test_switched_provider_gets_next_question(start_client: StartClient, provider: ProviderServer) -> None:
    with ProviderServer(models=["other-model"], script=[answer("Two.")]) as other:
        provider.script = [answer("One.")]
        client = start_client(provider=provider.base_url)
        client.publish(QUESTION)
        client.wait_for(m.AnswerFinished)
        client.apply(m.ProviderRequested(provider=other.base_url, by="control"))
        ready = client.wait_for(m.ProviderReady, 2)
        assert (ready.model, ready.models, ready.leaves_machine) == (
            "other-model",
            ["other-model"],
            False,
        )
        client.publish("What is a mutex?")
        assert client.wait_for(m.AnswerFinished, 2).text == "Two."
        assert (len(provider.asked), len(other.asked)) == (1, 1)


def test_unreachable_provider_is_not_switched_to(start_client: StartClient, provider: ProviderServer) -> None:
    provider.script = [answer("One.")]
    client = start_client(provider=provider.base_url)
    client.wait_for(m.ProviderReady)
    client.apply(m.ProviderRequested(provider="http://127.0.0.1:9/v1", by="control"))
    problem = client.wait_for(m.ProblemReported)
    assert "127.0.0.1:9 cannot be reached" in problem.problem
    assert problem.kept == "the provider used before stays active"
    client.publish(QUESTION)
    assert client.wait_for(m.AnswerFinished).text == "One."


def test_fallback_answers_when_provider_fails(start_client: StartClient, provider: ProviderServer) -> None:
    with ProviderServer(script=[answer("From the other.")]) as other:
        provider.script = [BAD_KEY]
        client = start_client(provider=provider.base_url, fallback_provider=other.base_url)
        client.publish(QUESTION)
        assert client.wait_for(m.AnswerFinished).text == "From the other."
        assert client.all(m.ProblemReported)[-1].fix == f"{other.base_url} is used instead"
        client.publish("What is a mutex?")
        client.wait_for(m.AnswerFinished, 2)
        assert (len(provider.asked), len(other.asked)) == (1, 2)


def test_no_fallback_once_text_was_shown(start_client: StartClient, provider: ProviderServer) -> None:
    with ProviderServer(script=[answer("No.")]) as other:
        provider.script = [[HEAD, chunk(delta("So far")), Do.CLOSE]]
        client = start_client(provider=provider.base_url, fallback_provider=other.base_url)
        client.publish(QUESTION)
        assert client.wait_for(m.AnswerStopped).kept == "So far"
        assert other.asked == []


def test_nothing_is_sent_beyond_limit(start_client: StartClient, provider: ProviderServer) -> None:
    provider.script = [answer("One.")]
    client = start_client(provider=provider.base_url, session_requests_limit=1)
    client.publish(QUESTION)
    client.wait_for(m.UsageCounted)
    client.publish("What is a mutex?")
    stopped = client.wait_for(m.AnswerStopped)
    assert "the limit of this session is reached (1 of 1 requests)" in stopped.cause
    assert "session_requests_limit" in stopped.fix
    assert len(provider.asked) == 1


def test_local_model_costs_nothing_but_counts_tokens(client: InProcessLlm, provider: ProviderServer) -> None:
    provider.script = [answer("One.")]
    client.publish(QUESTION)
    counted = client.wait_for(m.UsageCounted)
    assert (counted.prompt_tokens, counted.answer_tokens, counted.cost) == (11, 3, 0.0)
    assert not counted.estimated
    assert not counted.wasted
