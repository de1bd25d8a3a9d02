"""Addresses of APIs: normalized forms, plain http, and the keys sent there."""

from __future__ import annotations

import pytest

from bus.failures import SettingsFailure
from llm.connector.allowlist import Allowlist
from llm.providers import OWN_KEY_VARIABLE, named_provider
from llm.providers.address import normalized, with_version
from llm.settings import LlmSettings


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("localhost:11434", "http://localhost:11434"),
        ("127.0.0.1:1234/v1", "http://127.0.0.1:1234/v1"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("http://127.0.0.1:8000/v1/chat/completions", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/v1/models/", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434"),
        ("http://127.0.0.1:8000/v1///", "http://127.0.0.1:8000/v1"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000"),
        ("http://[::]:8000/v1", "http://[::1]:8000/v1"),
        ("HTTP://LocalHost:8000/v1", "http://localhost:8000/v1"),
        ("  'http://127.0.0.1:8000/v1'  ", "http://127.0.0.1:8000/v1"),
        ("“http://127.0.0.1:8000/v1”", "http://127.0.0.1:8000/v1"),
        ("llm.example.org/v1", "https://llm.example.org/v1"),
        ("192.168.1.20:11434", "http://192.168.1.20:11434"),
    ],
)
def test_copied_address_is_normalized(given: str, asked: str) -> None:
    assert normalized(given) == asked
    assert normalized(asked) == asked


def test_only_address_without_path_gets_version() -> None:
    assert with_version("http://127.0.0.1:8000") == "http://127.0.0.1:8000/v1"
    assert with_version("http://127.0.0.1:8000/openai") is None


@pytest.mark.parametrize("name", ["gpt-4.1-mini", "llama3.2", "qwen3:8b", "llama3.2:1b", "opnai"])
def test_model_name_is_not_an_address(name: str) -> None:
    with pytest.raises(SettingsFailure, match="unknown provider"):
        named_provider(LlmSettings(provider=name))


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://192.168.1.20:11434/v1", "192.168.1.20"),
        ("192.168.1.20:11434", "192.168.1.20"),
        ("ollama@192.168.1.20", "192.168.1.20"),
        ("ollama@http://nas:11434/v1", "nas"),
    ],
)
def test_plain_http_needs_allow_plain_http(address: str, host: str) -> None:
    with pytest.raises(SettingsFailure) as refused:
        named_provider(LlmSettings(provider=address))
    assert "anyone on the network could read your questions" in refused.value.problem
    assert refused.value.fix.endswith(f"--allow-plain-http {host}")
    with pytest.raises(SettingsFailure):
        named_provider(LlmSettings(provider=address, allow_plain_http=[host[:-1]]))
    allowed = named_provider(LlmSettings(provider=address, allow_plain_http=[host]))
    assert allowed is not None
    assert (allowed.encrypted, allowed.local) == (False, False)


@pytest.mark.parametrize("allowed", ["192.168.1.20", " 192.168.1.20 ", "nas", "NAS", "[fd00::5]"])
def test_plain_http_gets_only_its_own_key(allowed: str) -> None:
    host = allowed.strip().lower()
    address = f"http://{host}:11434/v1"
    settings = LlmSettings(provider=address, allow_plain_http=[allowed])
    provider = named_provider(settings)
    assert provider is not None
    assert (provider.encrypted, provider.local, provider.key_variables) == (False, False, ())
    assert Allowlist(settings)(host.strip("[]"), 11434)
    assert not Allowlist(settings)(host.strip("[]"), 80)
    named = named_provider(LlmSettings(provider=address, allow_plain_http=[allowed], key_variable="BOX_KEY"))
    assert named is not None
    assert named.key_variables == ("BOX_KEY",)


def test_known_key_is_not_sent_to_plain_http_gateway() -> None:
    settings = LlmSettings(provider="openai@http://nas:8000/v1", allow_plain_http=["nas"])
    gateway = named_provider(settings)
    assert gateway is not None
    assert gateway.key_variables == ()


def test_https_address_has_its_own_key_variable() -> None:
    elsewhere = named_provider(LlmSettings(provider="https://llm.example.org/v1"))
    assert elsewhere is not None
    assert elsewhere.key_variables == (OWN_KEY_VARIABLE,)
