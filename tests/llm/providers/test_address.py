from __future__ import annotations

import pytest

from bus.failures import SettingsFailure
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
def test_an_address_as_copied_becomes_that_of_the_api(given: str, asked: str) -> None:
    assert normalized(given) == asked
    assert normalized(asked) == asked


def test_only_an_address_without_a_path_gets_a_version() -> None:
    assert with_version("http://127.0.0.1:8000") == "http://127.0.0.1:8000/v1"
    assert with_version("http://127.0.0.1:8000/openai") is None


@pytest.mark.parametrize("name", ["gpt-4.1-mini", "llama3.2", "qwen3:8b", "llama3.2:1b", "opnai"])
def test_a_models_name_is_not_taken_for_a_host(name: str) -> None:
    with pytest.raises(SettingsFailure, match="there is no provider"):
        named_provider(LlmSettings(provider=name))


@pytest.mark.parametrize("address", ["http://192.168.1.20:11434/v1", "192.168.1.20", "ollama@192.168.1.20"])
def test_plain_http_elsewhere_needs_the_flag(address: str) -> None:
    with pytest.raises(SettingsFailure) as refused:
        named_provider(LlmSettings(provider=address))
    assert "anybody on the network" in refused.value.problem
    assert refused.value.fix.endswith("--allow-plain-http 192.168.1.20")
    with pytest.raises(SettingsFailure):
        named_provider(LlmSettings(provider=address, allow_plain_http=["192.168.1.2"]))
    allowed = named_provider(LlmSettings(provider=address, allow_plain_http=["192.168.1.20"]))
    assert allowed is not None
    assert not allowed.encrypted
    assert not allowed.local


def test_a_key_goes_over_plain_http_only_if_named_for_it() -> None:
    own = "http://192.168.1.20/v1"
    for address in (own, "openai@http://192.168.1.20/v1"):
        there = named_provider(LlmSettings(provider=address, allow_plain_http=["192.168.1.20"]))
        assert there is not None
        assert there.key_variables == ()
    elsewhere = named_provider(LlmSettings(provider="https://llm.example.org/v1"))
    assert elsewhere is not None
    assert elsewhere.key_variables == (OWN_KEY_VARIABLE,)
    named = named_provider(
        LlmSettings(provider=own, key_variable="BOX_KEY", allow_plain_http=["192.168.1.20"])
    )
    assert named is not None
    assert named.key_variables == ("BOX_KEY",)
