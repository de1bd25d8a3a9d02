"""HTTP connection: recorded requests, TLS, proxies, redirects."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from bus.messages import Event
from llm.client.context import ClientContext
from llm.client.errors import RequestFailed
from llm.client.http.connection import MAX_BODY_BYTES, HttpConnection
from llm.client.http.sockets import DirectSockets
from llm.protocols.anthropic import MESSAGES
from llm.providers.provider import Provider
from llm.settings import LlmSettings
from tests.support.certificate_authority import Authority
from tests.support.fake_provider import HEAD, Do, ProviderServer, answer, chunk, plain_reply
from tests.support.waiting import wait_until

KEY = "sk-test-0123456789abcdef"


def elsewhere(server: ProviderServer) -> Provider:
    """Return the server under an address that does not look like loopback, though it is."""
    return Provider(name="elsewhere", base_url=server.base_url.replace("127.0.0.1", "0.0.0.0"))


def here(server: ProviderServer) -> Provider:
    return Provider(name="here", base_url=server.base_url)


def exchange(provider: Provider, body: bytes | None = None) -> tuple[int, str, list[Event]]:
    """Request the models, or send a body; return status, reply and ledger."""
    ledger: list[Event] = []

    async def run() -> tuple[int, str, list[Event]]:
        async with HttpConnection(
            provider, KEY, ClientContext(LlmSettings(), ledger.append, DirectSockets())
        ) as http:
            if body is None:
                exchange = http.get("models")
            else:
                exchange = http.post("chat/completions", body, question=7, model="m")
            async with exchange as incoming:
                return incoming.status, await incoming.text(), ledger

    return asyncio.run(run())


def test_remote_request_without_body_is_recorded(provider: ProviderServer) -> None:
    _, _, (sent,) = exchange(elsewhere(provider))
    assert (sent.question, sent.body, sent.body_bytes, sent.left_machine) == (0, "", 0, True)
    assert sent.url.endswith("/v1/models")


def test_local_request_without_body_is_not_recorded(provider: ProviderServer) -> None:
    assert exchange(here(provider))[2] == []


def test_body_is_recorded_byte_for_byte(provider: ProviderServer) -> None:
    provider.script = [answer("x")]
    body = '{"a":"ü \u2028 🙂"}'.encode()
    _, _, (sent,) = exchange(elsewhere(provider), body)
    assert sent.body.encode() == body == provider.asked[0].body
    assert (sent.question, sent.model, sent.left_machine) == (7, "m", True)


def test_request_is_recorded_when_connection_is_lost(provider: ProviderServer) -> None:
    provider.script = [[Do.RESET]]
    ledger: list[Event] = []

    async def run() -> None:
        async with (
            HttpConnection(
                here(provider), KEY, ClientContext(LlmSettings(), ledger.append, DirectSockets())
            ) as http,
            http.post("chat/completions", b"{}", question=7, model="m"),
        ):
            pass

    with pytest.raises(RequestFailed, match=r"the connection to .* was lost"):
        asyncio.run(run())
    assert len(ledger) == 1


def test_redirect_is_not_followed(provider: ProviderServer) -> None:
    with ProviderServer() as other:
        provider.list_reply = [
            plain_reply(b"", "text/plain", "307 Moved", location=f"{other.base_url}/models")
        ]
        assert exchange(here(provider))[0] == 307
        assert other.requests == []


def test_environment_proxy_is_not_used_by_default(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ProviderServer() as proxy:
        for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, proxy.base_url)
        assert exchange(elsewhere(provider))[0] == 200
        assert proxy.requests == []


def test_allowed_proxy_is_used_and_shown(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = LlmSettings(environment_proxy=True)
    monkeypatch.setenv("HTTPS_PROXY", provider.base_url.replace("//", "//user:word@").removesuffix("/v1"))

    async def run() -> str:
        there = Provider(name="elsewhere", base_url="https://llm.example.org/v1")
        async with HttpConnection(
            there, KEY, ClientContext(settings, lambda sent: None, DirectSockets())
        ) as http:
            with pytest.raises(RequestFailed, match=r"llm.example.org:443 cannot be reached") as refused:
                async with http.get("models"):
                    pass
            assert http.proxy in refused.value.fix
            return http.proxy

    shown = asyncio.run(run())
    assert shown == provider.base_url.removeprefix("http://").removesuffix("/v1")
    assert [request.method for request in provider.requests] == ["CONNECT"]
    assert provider.requests[0].path == "llm.example.org:443"
    assert KEY not in repr(provider.requests), "the proxy sees the host, not the key"


def test_key_header_of_each_protocol(provider: ProviderServer) -> None:
    exchange(Provider(name="here", base_url=provider.base_url, protocol=MESSAGES))
    assert provider.requests[0].headers["x-api-key"] == KEY
    assert "authorization" not in provider.requests[0].headers


def test_idle_connection_is_kept_warm(provider: ProviderServer, authority: Authority) -> None:
    provider.tls = authority.server
    ledger: list[Event] = []

    async def run() -> tuple[bool, bool]:
        there = Provider(name="here", base_url=provider.base_url.replace("localhost", "0.0.0.0"))
        async with HttpConnection(
            there, KEY, ClientContext(LlmSettings(), ledger.append, DirectSockets())
        ) as http:
            not_yet = await http.keep_warm(3600.0)
            assert provider.requests == []
            warm = await http.keep_warm(0.0)
            async with http.get("models") as incoming:
                await incoming.text()
            provider.close()
            return not_yet and warm, await http.keep_warm(0.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority.roots))
        assert asyncio.run(run()) == (True, False)
    assert [(request.method, request.body) for request in provider.requests] == [("GET", b"")] * 2
    assert {request.connection for request in provider.requests} == {1}
    assert [sent.body for sent in ledger] == ["", ""], "what leaves the machine is in the ledger"


def test_local_connection_is_not_kept_warm(provider: ProviderServer) -> None:
    async def run() -> bool:
        async with HttpConnection(
            here(provider), KEY, ClientContext(LlmSettings(), lambda sent: None, DirectSockets())
        ) as http:
            return await http.keep_warm(0.0)

    assert asyncio.run(run())
    assert provider.requests == []


@pytest.mark.parametrize(
    ("oldest", "spoken"),
    [
        (ssl.TLSVersion.TLSv1_2, True),
        pytest.param(
            ssl.TLSVersion.TLSv1_1,
            False,
            marks=pytest.mark.skipif(not ssl.HAS_TLSv1_1, reason="this OpenSSL knows no older one"),
        ),
    ],
)
def test_tls_1_2_is_the_minimum(
    provider: ProviderServer, authority: Authority, oldest: ssl.TLSVersion, spoken: bool
) -> None:
    provider.tls = authority.server_up_to(oldest)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority.roots))
        if spoken:
            assert exchange(here(provider))[0] == 200
        else:
            with pytest.raises(RequestFailed, match="TLS handshake failed"):
                exchange(here(provider))


def test_key_is_redacted_and_huge_body_is_cut(provider: ProviderServer) -> None:
    provider.list_reply = [plain_reply(f"wrong key {KEY}".encode(), "text/plain", "401 No")]
    assert exchange(here(provider))[1] == "wrong key (key)"
    provider.list_reply = [plain_reply(b"x" * (MAX_BODY_BYTES + 5000), "text/plain", "500 No")]
    assert len(exchange(here(provider))[1]) == MAX_BODY_BYTES


def test_leaving_early_closes_connection(provider: ProviderServer) -> None:
    provider.script = [[HEAD, chunk(b": ping\n\n"), Do.WAIT]]

    async def run() -> None:
        async with HttpConnection(
            here(provider), None, ClientContext(LlmSettings(), lambda _: None, DirectSockets())
        ) as http:
            async with http.post("chat/completions", b"{}", question=1, model="m"):
                pass
            await asyncio.to_thread(wait_until, lambda: bool(provider.closed_connections))

    asyncio.run(asyncio.wait_for(run(), 5))
    assert "authorization" not in provider.asked[0].headers
