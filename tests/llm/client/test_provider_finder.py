"""Finding a provider, listing its models, and checking its certificate."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from bus.failures import ProviderFailure
from bus.messages import Event
from llm.client.connection import Connection
from llm.client.context import ClientContext
from llm.client.discovery import provider_finder
from llm.client.discovery.model_list import choose_model
from llm.client.discovery.provider_finder import ProviderFinder
from llm.client.discovery.small_model import SmallModelAddress
from llm.client.http.sockets import DirectSockets
from llm.protocols.anthropic import MESSAGES
from llm.providers.provider import Provider
from llm.settings import LlmSettings
from tests.support.certificate_authority import Authority
from tests.support.fake_provider import Do, ProviderServer, json_reply, plain_reply


@pytest.fixture
def closed_port() -> Iterator[str]:
    """Return a loopback address without a server."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"


def connect(settings: LlmSettings, small_model: str = "") -> tuple[str, str]:
    """Return the found address and model."""
    ledger: list[Event] = []

    async def run() -> tuple[str, str]:
        small = SmallModelAddress()
        if small_model:
            small.moved(small_model)
        finder = ProviderFinder(ClientContext(settings, ledger.append, DirectSockets(), b"token"), small)
        found = await finder.connect(settings.provider, settings.model)
        await found.http.close()
        return found.provider.base_url, found.model

    try:
        return asyncio.run(run())
    finally:
        assert ledger == [], "no text was sent, and nothing left the machine"


async def opened(provider: Provider, model: str) -> Connection:
    """Return a connection to this provider, closed again."""
    finder = ProviderFinder(
        ClientContext(LlmSettings(), lambda event: None, DirectSockets()), SmallModelAddress()
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provider_finder, "requested_provider", lambda settings, name: provider)
        found = await finder.connect(provider.name, model)
    await found.http.close()
    return found


@pytest.fixture
def on_this_machine(monkeypatch: pytest.MonkeyPatch, closed_port: str) -> Iterator[list[ProviderServer]]:
    """Return the servers of this machine: three, one of which is not running."""
    servers = [ProviderServer(models=["llama3.2:3b"]), ProviderServer(models=["qwen3:4b", "mistral:7b"])]
    addresses = [closed_port, *(server.base_url for server in servers)]
    monkeypatch.setattr(provider_finder, "LOCAL_SERVERS", [Provider(name=a, base_url=a) for a in addresses])
    yield servers
    for server in servers:
        server.close()


def test_first_local_server_is_used(on_this_machine: list[ProviderServer]) -> None:
    assert connect(LlmSettings()) == (on_this_machine[0].base_url, "llama3.2:3b")


def test_local_server_with_wanted_model_is_used(on_this_machine: list[ProviderServer]) -> None:
    assert connect(LlmSettings(model="mistral")) == (on_this_machine[1].base_url, "mistral:7b")


def test_other_program_on_known_port_is_skipped(on_this_machine: list[ProviderServer]) -> None:
    on_this_machine[0].list_reply = [plain_reply(b"<html>It works!</html>", "text/html")]
    assert connect(LlmSettings())[0] == on_this_machine[1].base_url


def test_small_model_without_local_server(
    on_this_machine: list[ProviderServer], provider: ProviderServer
) -> None:
    for server in on_this_machine:
        server.models = []
    settings = LlmSettings(local_model_path="small.gguf")
    assert connect(settings, provider.base_url) == (provider.base_url, "test-model")


def test_small_model_when_named(on_this_machine: list[ProviderServer], provider: ProviderServer) -> None:
    settings = LlmSettings(provider="local", local_model_path="small.gguf")
    assert connect(settings, provider.base_url)[0] == provider.base_url
    assert not any(server.requests for server in on_this_machine)


def test_no_provider_says_what_to_do(on_this_machine: list[ProviderServer]) -> None:
    for server in on_this_machine:
        server.models = ["nomic-embed-text"]
    with pytest.raises(ProviderFailure, match="no language model was found") as failed:
        connect(LlmSettings())
    assert "cuecard models pull smollm2" in failed.value.fix


def test_server_without_chat_model(provider: ProviderServer) -> None:
    provider.models = ["text-embedding-3-small"]
    with pytest.raises(ProviderFailure, match="lists no chat model"):
        connect(LlmSettings(provider=provider.base_url))


def test_missing_model_names_nearest(on_this_machine: list[ProviderServer]) -> None:
    on_this_machine[0].models = ["gpt-4.1", "o4-mini", "whisper-1"]
    known = Provider(name="openai", base_url=on_this_machine[0].base_url, lists_all=True)
    with pytest.raises(ProviderFailure) as gone:
        asyncio.run(opened(known, "gpt-4"))
    assert gone.value.problem == "openai has no model 'gpt-4'; nearest is 'gpt-4.1'"
    assert asyncio.run(opened(known, "gpt-4.1")).models == ("gpt-4.1", "o4-mini")


def test_alias_and_unlisted_gateway_model_are_requested(provider: ProviderServer) -> None:
    provider.models = ["claude-haiku-4-5-20251001"]
    known = Provider(name="anthropic", base_url=provider.base_url, lists_all=True)
    assert asyncio.run(opened(known, "claude-haiku-4-5")).model == "claude-haiku-4-5"
    gateway = Provider(name="gateway", base_url=provider.base_url.replace("http:", "https:"))
    assert choose_model(gateway, "my-route", ("one",), ()) == "my-route"


def test_unlisted_model_of_own_server_is_rejected(provider: ProviderServer) -> None:
    provider.models = ["llama3.2:latest", "qwen3:8b"]
    with pytest.raises(ProviderFailure, match=r"has no model 'llama3\.1'; nearest is 'llama3\.2"):
        connect(LlmSettings(provider=provider.base_url, model="llama3.1"))
    assert connect(LlmSettings(provider=provider.base_url, model="llama3.2"))[1] == "llama3.2:latest"


@pytest.mark.parametrize("path", ["", "/", "/v1/", "/v1/chat/completions", "/v1/models"])
def test_copied_address_is_found(provider: ProviderServer, path: str) -> None:
    root = provider.base_url.removesuffix("/v1")
    assert connect(LlmSettings(provider=f" '{root}{path}' "))[1] == "test-model"
    assert connect(LlmSettings(provider=f"{root}{path}".removeprefix("http://")))[1] == "test-model"


def test_address_without_api_says_what_was_tried(provider: ProviderServer) -> None:
    provider.list_reply = [json_reply({"error": "not found"}, "404 Not Found")]
    root = provider.base_url.removesuffix("/v1")
    with pytest.raises(ProviderFailure) as refused:
        connect(LlmSettings(provider=root))
    assert f"tried {root}/v1/models (HTTP 404), {root}/models (HTTP 404)" in refused.value.problem


def test_model_list_of_many_pages(provider: ProviderServer) -> None:
    pages = iter(
        [
            {"data": [{"id": "claude-a"}], "has_more": True, "last_id": "claude-a"},
            {"data": [{"id": "claude-b"}], "has_more": False, "last_id": "claude-b"},
        ]
    )
    provider.list_replies = lambda: [json_reply(next(pages))]
    found = asyncio.run(opened(Provider(name="x", base_url=provider.base_url, protocol=MESSAGES), ""))
    assert found.models == ("claude-a", "claude-b")
    assert [request.path for request in provider.requests] == [
        "/v1/models?limit=1000",
        "/v1/models?limit=1000&after_id=claude-a",
    ]


def test_web_page_instead_of_model_list(provider: ProviderServer) -> None:
    provider.list_reply = [plain_reply(b"<html>Sign in</html>", "text/html")]
    with pytest.raises(ProviderFailure, match="a web page"):
        connect(LlmSettings(provider=provider.base_url, model="m"))


def test_server_without_model_list(provider: ProviderServer) -> None:
    provider.list_reply = [plain_reply(b"no", "text/plain", "404 Not Found")]
    assert connect(LlmSettings(provider=provider.base_url, model="m"))[1] == "m"


def test_model_list_timeout(provider: ProviderServer) -> None:
    provider.list_reply = [Do.WAIT]
    with pytest.raises(ProviderFailure, match="did not list its models in time"):
        connect(
            LlmSettings(
                provider=provider.base_url, first_token_timeout_s=0.3, local_first_token_timeout_s=0.3
            )
        )


def test_unreachable_server(closed_port: str) -> None:
    with pytest.raises(ProviderFailure, match="cannot be reached"):
        connect(LlmSettings(provider=closed_port))


def test_server_without_tls_gets_no_request(provider: ProviderServer) -> None:
    with pytest.raises(ProviderFailure, match="TLS handshake failed"):
        connect(LlmSettings(provider=provider.base_url.replace("http:", "https:")))
    assert provider.requests == []


def test_untrusted_certificate_is_rejected(provider: ProviderServer, authority: Authority) -> None:
    provider.tls = authority.server
    with pytest.raises(ProviderFailure, match="TLS certificate check failed"):
        connect(LlmSettings(provider=provider.base_url))
    assert provider.requests == []


def test_certificate_of_trusted_authority(
    provider: ProviderServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.tls = authority.server
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.roots))
    assert connect(LlmSettings(provider=provider.base_url))[1] == "test-model"


@pytest.mark.parametrize(("kind", "why"), [("expired", "expired"), ("elsewhere", "mismatch")])
def test_expired_or_wrong_certificate_is_rejected(
    provider: ProviderServer, authority: Authority, monkeypatch: pytest.MonkeyPatch, kind: str, why: str
) -> None:
    provider.tls = getattr(authority, kind)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.roots))
    with pytest.raises(ProviderFailure, match=f"TLS certificate check failed .*{why}.*; nothing was sent"):
        connect(LlmSettings(provider=provider.base_url))
    assert provider.requests == []
