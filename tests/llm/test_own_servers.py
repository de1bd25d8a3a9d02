"""The real llm process against servers of the user's own: slow to load, on the network, oddly addressed."""

from __future__ import annotations

import socket
import threading

import pytest

from bus import messages as m
from tests.llm.conftest import StartLive
from tests.llm.provider_server import ProviderServer, answer, json_reply

QUESTION = "Why did you choose Postgres?"


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


def test_a_server_on_the_network_is_asked_when_allowed(start_live: StartLive, box: ProviderServer) -> None:
    with box:
        box.script = [answer("Because.")]
        live = start_live(
            {"CUECARD_API_KEY": "sk-other"}, provider=box.base_url, allow_plain_http=[box.address]
        )
        live.publish(QUESTION)
        assert live.wait_for(m.AnswerFinished).text == "Because."
        assert all("authorization" not in request.headers for request in box.requests)
    sent = live.all(m.RequestSent)[-1]
    assert (sent.left_machine, sent.encrypted) == (True, False)
    assert not live.all(m.ProviderReady)[0].encrypted


def test_a_server_on_the_network_is_not_asked_without_the_flag(
    start_live: StartLive, box: ProviderServer
) -> None:
    with box:
        live = start_live(provider=box.base_url)
        problem = live.wait_for(m.ProblemReported)
        assert f"--allow-plain-http {box.address}" in problem.fix
        live.publish(QUESTION)
        live.wait_for(m.AnswerStopped)
        assert not box.requests


@pytest.mark.parametrize("status", ["503 Service Unavailable", "500 Internal Server Error"])
def test_a_model_that_loads_is_waited_for(
    start_live: StartLive, provider: ProviderServer, status: str
) -> None:
    loading = [json_reply({"error": {"message": "Loading model", "code": 503}}, status)]
    provider.script = [loading, loading, loading, loading, answer("Because.")]
    live = start_live(provider=provider.base_url, first_token_timeout_s=1.0)
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "Because."
    problem = live.wait_for(m.ProblemReported)
    assert "loading the model" in problem.problem


def test_a_server_that_loads_before_it_lists_is_waited_for(
    start_live: StartLive, provider: ProviderServer
) -> None:
    loading = json_reply({"error": {"message": "Loading model", "code": 503}}, "503 Service Unavailable")
    listed = json_reply({"object": "list", "data": [{"id": "test-model"}]})
    replies = iter([[loading]] * 4)
    provider.list_replies = lambda: next(replies, [listed])
    provider.script = [answer("Because.")]
    live = start_live(provider=provider.base_url, first_token_timeout_s=1.0)
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "Because."
    assert len(provider.asked) == 1


def test_a_silent_local_server_is_waited_for_and_it_is_shown(
    start_live: StartLive, provider: ProviderServer
) -> None:
    loaded = threading.Event()
    provider.script = [[loaded, *answer("Because.")]]
    live = start_live(provider=provider.base_url, first_token_timeout_s=0.3)
    live.publish(QUESTION)
    assert "may still be loading the model" in live.wait_for(m.ProblemReported).problem
    loaded.set()
    assert live.wait_for(m.AnswerFinished).text == "Because."


def test_an_address_without_its_version_is_found(start_live: StartLive, provider: ProviderServer) -> None:
    provider.script = [answer("Because.")]
    live = start_live(provider=provider.base_url.removeprefix("http://").removesuffix("/v1"))
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "Because."
    assert {request.path for request in provider.asked} == {"/v1/chat/completions"}


def test_a_model_that_a_local_server_lacks_is_named(start_live: StartLive, provider: ProviderServer) -> None:
    live = start_live(provider=provider.base_url, model="test-modle")
    problem = live.wait_for(m.ProblemReported)
    assert "has no model 'test-modle'; nearest is 'test-model'" in problem.problem
