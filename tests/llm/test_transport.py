"""One line to one server: what is recorded, and what never happens on it."""

from __future__ import annotations

import asyncio

import pytest

from bus.messages import RequestSent
from llm.providers import Provider
from llm.refusals import Refusal
from llm.settings import LlmSettings
from llm.transport import LARGEST_REPLY_BYTES, Line
from tests.llm.provider_server import HEAD, Do, ProviderServer, answer, chunk, plain_reply

KEY = "sk-test-0123456789abcdef"


def elsewhere(server: ProviderServer) -> Provider:
    """Return the server under an address that is not loopback by name, though it leads there."""
    return Provider(name="elsewhere", base_url=server.base_url.replace("127.0.0.1", "0.0.0.0"))


def here(server: ProviderServer) -> Provider:
    return Provider(name="here", base_url=server.base_url)


def talk(provider: Provider, body: bytes | None = None) -> tuple[int, str, list[RequestSent]]:
    """Ask for the models, or send a body; return status, reply and ledger."""
    ledger: list[RequestSent] = []

    async def run() -> tuple[int, str, list[RequestSent]]:
        async with Line(provider, KEY, LlmSettings(), ledger.append) as line:
            if body is None:
                exchange = line.get("models")
            else:
                exchange = line.post("chat/completions", body, question=7, model="m")
            async with exchange as incoming:
                return incoming.status, await incoming.whole(), ledger

    return asyncio.run(run())


def test_what_leaves_the_machine_is_recorded_even_without_a_body(provider: ProviderServer) -> None:
    _, _, (sent,) = talk(elsewhere(provider))
    assert (sent.question, sent.body, sent.body_bytes, sent.left_machine) == (0, "", 0, True)
    assert sent.url.endswith("/v1/models")


def test_a_look_around_this_machine_is_not(provider: ProviderServer) -> None:
    assert talk(here(provider))[2] == []


def test_a_body_is_recorded_byte_for_byte(provider: ProviderServer) -> None:
    provider.script = [answer("x")]
    body = '{"a":"ü \u2028 🙂"}'.encode()
    _, _, (sent,) = talk(elsewhere(provider), body)
    assert sent.body.encode() == body == provider.asked[0].body
    assert (sent.question, sent.model, sent.left_machine) == (7, "m", True)


def test_a_request_is_recorded_even_when_the_line_breaks_at_once(provider: ProviderServer) -> None:
    provider.script = [[Do.RESET]]
    ledger: list[RequestSent] = []

    async def run() -> None:
        async with (
            Line(here(provider), KEY, LlmSettings(), ledger.append) as line,
            line.post("chat/completions", b"{}", question=7, model="m"),
        ):
            pass

    with pytest.raises(Refusal, match=r"the line to .* broke"):
        asyncio.run(run())
    assert len(ledger) == 1


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(provider: ProviderServer) -> None:
    with ProviderServer() as other:
        provider.list_reply = [
            plain_reply(b"", "text/plain", "307 Moved", location=f"{other.base_url}/models")
        ]
        assert talk(here(provider))[0] == 307
        assert other.requests == []


def test_a_proxy_of_the_environment_is_not_used_unasked(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ProviderServer() as proxy:
        for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, proxy.base_url)
        assert talk(elsewhere(provider))[0] == 200
        assert proxy.requests == []


def test_a_reply_that_quotes_the_key_is_blotted_and_a_huge_one_cut(provider: ProviderServer) -> None:
    provider.list_reply = [plain_reply(f"wrong key {KEY}".encode(), "text/plain", "401 No")]
    assert talk(here(provider))[1] == "wrong key (key)"
    provider.list_reply = [plain_reply(b"x" * (LARGEST_REPLY_BYTES + 5000), "text/plain", "500 No")]
    assert len(talk(here(provider))[1]) == LARGEST_REPLY_BYTES


def test_leaving_early_hangs_up_at_once(provider: ProviderServer) -> None:
    provider.script = [[HEAD, chunk(b": ping\n\n"), Do.WAIT]]

    async def run() -> None:
        async with Line(here(provider), None, LlmSettings(), lambda _: None) as line:
            async with line.post("chat/completions", b"{}", question=1, model="m"):
                pass
            while not provider.hung_up:
                await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(run(), 5))
    assert "authorization" not in provider.asked[0].headers
