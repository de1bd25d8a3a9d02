"""Who is asked, when nobody in particular was named, and that a line proves whom it leads to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.failures import ProviderFailure
from bus.messages import RequestSent
from llm import connection
from llm.connection import Connector, SmallModel
from llm.providers import Provider
from llm.settings import LlmSettings
from tests.llm.provider_server import Do, ProviderServer, plain_reply


@pytest.fixture
def nobody_here() -> Iterator[str]:
    """Return an address on loopback where nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"


def connect(settings: LlmSettings, small_model: str = "") -> tuple[str, str]:
    """Return who answers and which model is asked for."""
    ledger: list[RequestSent] = []

    async def run() -> tuple[str, str]:
        small = SmallModel()
        if small_model:
            small.moved(small_model)
        found = await Connector(settings, small, b"token", ledger.append).connect()
        await found.line.close()
        return found.provider.base_url, found.model

    try:
        return asyncio.run(run())
    finally:
        assert ledger == [], "nothing was said yet, and nothing left the machine"


@pytest.fixture
def on_this_machine(monkeypatch: pytest.MonkeyPatch, nobody_here: str) -> Iterator[list[ProviderServer]]:
    """Return the servers of this machine: three, one of which is not running."""
    servers = [ProviderServer(models=["llama3.2:3b"]), ProviderServer(models=["qwen3:4b", "mistral:7b"])]
    addresses = [nobody_here, *(server.base_url for server in servers)]
    monkeypatch.setattr(connection, "ON_THIS_MACHINE", [Provider(name=a, base_url=a) for a in addresses])
    yield servers
    for server in servers:
        server.close()


def test_the_first_server_of_this_machine_is_taken(on_this_machine: list[ProviderServer]) -> None:
    assert connect(LlmSettings()) == (on_this_machine[0].base_url, "llama3.2:3b")


def test_the_server_that_has_the_wanted_model_is_taken(on_this_machine: list[ProviderServer]) -> None:
    assert connect(LlmSettings(model="mistral")) == (on_this_machine[1].base_url, "mistral:7b")


def test_something_else_on_a_known_port_is_left_alone(on_this_machine: list[ProviderServer]) -> None:
    on_this_machine[0].list_reply = [plain_reply(b"<html>It works!</html>", "text/html")]
    assert connect(LlmSettings())[0] == on_this_machine[1].base_url


def test_without_a_server_the_small_model_answers(
    on_this_machine: list[ProviderServer], provider: ProviderServer
) -> None:
    for server in on_this_machine:
        server.models = []
    settings = LlmSettings(local_model_path="small.gguf")
    assert connect(settings, provider.base_url) == (provider.base_url, "test-model")


def test_the_small_model_is_taken_when_it_is_named(
    on_this_machine: list[ProviderServer], provider: ProviderServer
) -> None:
    settings = LlmSettings(provider="local", local_model_path="small.gguf")
    assert connect(settings, provider.base_url)[0] == provider.base_url
    assert not any(server.requests for server in on_this_machine)


def test_nobody_at_all_is_said_with_what_to_do(on_this_machine: list[ProviderServer]) -> None:
    for server in on_this_machine:
        server.models = ["nomic-embed-text"]
    with pytest.raises(ProviderFailure, match="no language model was found") as nobody:
        connect(LlmSettings())
    assert "cuecard models pull smollm2" in nobody.value.todo


def test_a_server_without_a_model_that_answers_is_said(provider: ProviderServer) -> None:
    provider.models = ["text-embedding-3-small"]
    with pytest.raises(ProviderFailure, match="no model that answers"):
        connect(LlmSettings(provider=provider.base_url))


def test_a_server_that_says_nothing_is_said(provider: ProviderServer) -> None:
    provider.list_reply = [Do.WAIT]
    with pytest.raises(ProviderFailure, match="did not list its models in time"):
        connect(LlmSettings(provider=provider.base_url, first_token_timeout_s=0.3))


def test_a_server_that_is_not_there_is_said(nobody_here: str) -> None:
    with pytest.raises(ProviderFailure, match="cannot be reached"):
        connect(LlmSettings(provider=nobody_here))


def test_a_server_that_speaks_no_tls_is_not_asked(provider: ProviderServer) -> None:
    with pytest.raises(ProviderFailure, match="cannot prove who it is"):
        connect(LlmSettings(provider=provider.base_url.replace("http:", "https:")))
    assert provider.requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(provider: ProviderServer, tmp_path: Path) -> None:
    provider.tls = _own_certificate(tmp_path)
    with pytest.raises(ProviderFailure, match="cannot prove who it is"):
        connect(LlmSettings(provider=provider.base_url.replace("http:", "https:")))
    assert provider.requests == []


def _own_certificate(directory: Path) -> ssl.SSLContext:
    """Return a context with a certificate for 127.0.0.1 that is signed by itself."""
    x509 = pytest.importorskip("cryptography.x509")
    import datetime
    import ipaddress

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = directory / "certificate.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
