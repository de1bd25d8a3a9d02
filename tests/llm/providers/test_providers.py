"""Known providers, names, addresses and dialects."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import SettingsFailure
from llm import providers
from llm.providers import (
    KNOWN,
    LOCAL_SERVERS,
    MODES,
    OWN_KEY_VARIABLE,
    Provider,
    leaves_machine,
    named_provider,
    small_model,
)
from llm.providers.provider import dialect, is_loopback
from llm.settings import LlmSettings


def named(provider: str, **more: str) -> Provider | None:
    return named_provider(LlmSettings(provider=provider, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["auto", "local", "none"])
def test_modes_name_no_provider(word: str) -> None:
    assert named(word) is None


def test_known_name_is_its_provider() -> None:
    assert named("openai") == KNOWN["openai"]
    assert named("Groq") == KNOWN["groq"]


def test_provider_file_is_found() -> None:
    files = {path.stem for path in Path(providers.__file__).parent.glob("*.py")}
    files -= {"__init__", "address", "model_names", "provider"}
    assert {name.replace("-", "_") for name in KNOWN} == files
    assert not set(KNOWN) & set(MODES)


@pytest.mark.parametrize("provider", KNOWN.values(), ids=KNOWN)
def test_known_providers_are_valid_and_need_keys(provider: Provider) -> None:
    assert provider.base_url.startswith("https://") or provider.local
    assert not provider.base_url.endswith("/")
    assert bool(provider.key_variables) is provider.needs_key is not provider.local
    assert named_provider(LlmSettings(), provider.name) == provider


def test_local_servers_have_search_order() -> None:
    assert [provider.name for provider in LOCAL_SERVERS] == ["ollama", "lmstudio", "llamacpp", "vllm"]
    assert all(provider.local for provider in LOCAL_SERVERS)


def test_gateway_uses_protocol_of_its_provider() -> None:
    there = named("anthropic@https://gateway.example.org/anthropic/v1/")
    assert there is not None
    assert (there.name, there.host) == ("anthropic", "gateway.example.org:443")
    assert there.base_url == "https://gateway.example.org/anthropic/v1"
    assert there.protocol is KNOWN["anthropic"].protocol
    assert there.key_variables == ("ANTHROPIC_API_KEY",)
    assert not there.lists_all, "who knows what a gateway lists"


def test_key_variable_applies_to_one_provider() -> None:
    settings = LlmSettings(provider="https://llm.example.org/v1", key_variable="MINE")
    first, other = named_provider(settings), named_provider(settings, "openai")
    assert first is not None
    assert other is not None
    assert (first.key_variables, other.key_variables) == (("MINE",), ("OPENAI_API_KEY",))


def test_address_has_its_own_key_variable() -> None:
    there = named("https://llm.example.org/v1/")
    assert there is not None
    assert (there.base_url, there.host) == ("https://llm.example.org/v1", "llm.example.org:443")
    assert there.key_variables == (OWN_KEY_VARIABLE,)


def test_local_server_gets_only_named_key() -> None:
    here, keyed = (
        named("http://127.0.0.1:8000/v1"),
        named("http://localhost:8000/v1", key_variable="VLLM_KEY"),
    )
    assert here is not None
    assert keyed is not None
    assert (here.local, here.key_variables) == (True, ())
    assert keyed.key_variables == ("VLLM_KEY",)


@pytest.mark.parametrize(
    "address",
    ["http://llm.example.org/v1", "http://10.0.0.7:8000/v1", "ftp://x/v1", "https://",
     "https://user:pw@x.org/v1", "https://x.org/v1?key=abc", "https://x.org:99999/v1",
     "http://127.0.0.1.example.org/v1", "openai@http://llm.example.org/v1", "openai@https://user:pw@x.org/v1"],
)  # fmt: skip
def test_invalid_address_is_rejected_without_secrets(address: str) -> None:
    with pytest.raises(SettingsFailure) as refused:
        named(address)
    assert "pw" not in str(refused.value)
    assert "abc" not in str(refused.value)


def test_typo_names_nearest_provider() -> None:
    with pytest.raises(SettingsFailure, match="did you mean 'openai'"):
        named("openia")


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("http://127.0.0.1:1/v1", True), ("http://127.9.9.9/v1", True), ("http://[::1]:1/v1", True),
     ("http://localhost/v1", True), ("http://localhost.evil.org/v1", False), ("http://0.0.0.0/v1", False),
     ("http://192.168.1.2/v1", False), ("https://api.openai.com/v1", False)],
)  # fmt: skip
def test_loopback_addresses(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


def test_cloud_model_leaves_machine() -> None:
    assert leaves_machine(KNOWN["ollama"], "gpt-oss:120b-cloud")
    assert not leaves_machine(KNOWN["ollama"], "llama3.2:3b")
    assert leaves_machine(KNOWN["openai"], "gpt-4o-mini")


def test_dialect_of_each_provider() -> None:
    settings = LlmSettings()
    chat = dialect(KNOWN["openai-chat"], "gpt-4.1", settings)
    assert (chat.max_tokens_field, chat.temperature) == ("max_completion_tokens", None)
    assert dialect(KNOWN["groq"], "llama-3", settings).temperature == settings.temperature
    assert dialect(small_model("http://127.0.0.1:1/v1"), "m", settings).max_tokens == 160


@pytest.mark.parametrize(
    ("name", "model", "extra", "more_tokens"),
    [
        ("openai", "gpt-4.1-mini", {}, 0),
        ("openai", "gpt-5.4-mini", {"reasoning": {"effort": "low"}}, 1000),
        ("openai", "gpt-5-chat-latest", {}, 0),
        ("openai", "o3-pro", {}, 4000),
        ("openai-chat", "o4-mini", {"reasoning_effort": "low"}, 1000),
        ("gemini", "gemini-2.5-flash", {"thinkingConfig": {"thinkingBudget": 0}}, 0),
        ("gemini", "gemini-3.8-flash", {"thinkingConfig": {"thinkingLevel": "LOW"}}, 1000),
        ("anthropic", "claude-haiku-4-5", {}, 0),
        ("anthropic", "claude-sonnet-5-5", {}, 1000),
        ("xai", "grok-4-fast-non-reasoning", {}, 0),
        ("groq", "openai/gpt-oss-120b", {"reasoning_effort": "low"}, 500),
    ],
)
def test_reasoning_model_gets_more_tokens(
    name: str, model: str, extra: dict[str, object], more_tokens: int
) -> None:
    found, plain = dialect(KNOWN[name], model, LlmSettings()), LlmSettings().answer_tokens
    assert (found.extra, found.max_tokens - plain) == (extra, more_tokens)
