from __future__ import annotations

import pytest

from bus.failures import SettingsFailure
from llm.providers import (
    GROQ,
    OLLAMA,
    OPENAI,
    OWN_KEY_VARIABLE,
    Provider,
    dialect,
    is_loopback,
    leaves_machine,
    listed_model,
    named_provider,
    small_model,
    suitable_model,
)
from llm.settings import LlmSettings


def named(provider: str, **more: str) -> Provider | None:
    return named_provider(LlmSettings(provider=provider, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["auto", "local", "none"])
def test_words_name_no_provider(word: str) -> None:
    assert named(word) is None


def test_a_known_name_is_its_provider() -> None:
    assert named("openai") == OPENAI
    assert named("Groq") == GROQ


def test_an_address_is_a_provider_with_a_key_of_its_own() -> None:
    there = named("https://llm.example.org/v1/")
    assert there is not None
    assert (there.base_url, there.host) == ("https://llm.example.org/v1", "llm.example.org:443")
    assert there.key_variables == (OWN_KEY_VARIABLE,)


def test_a_server_on_this_machine_is_shown_a_key_only_when_told_to() -> None:
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
    ["http://llm.example.org/v1", "http://10.0.0.7:8000/v1", "ftp://x/v1", "https://", "https://user:pw@x.org/v1",
     "https://x.org/v1?key=abc", "https://x.org:99999/v1", "http://127.0.0.1.example.org/v1"],
)  # fmt: skip
def test_an_address_we_may_not_send_to_is_refused_without_quoting_secrets(address: str) -> None:
    with pytest.raises(SettingsFailure) as refused:
        named(address)
    assert "pw" not in str(refused.value)
    assert "abc" not in str(refused.value)


def test_a_slip_of_the_pen_is_met_with_the_nearest_name() -> None:
    with pytest.raises(SettingsFailure, match="did you mean 'openai'"):
        named("openia")


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("http://127.0.0.1:1/v1", True), ("http://127.9.9.9/v1", True), ("http://[::1]:1/v1", True),
     ("http://localhost/v1", True), ("http://localhost.evil.org/v1", False), ("http://0.0.0.0/v1", False),
     ("http://192.168.1.2/v1", False), ("https://api.openai.com/v1", False)],
)  # fmt: skip
def test_loopback_is_this_machine_and_nothing_else(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


def test_a_model_that_can_chat_is_taken() -> None:
    assert suitable_model(["nomic-embed-text", "llama3.2:3b"]) == "llama3.2:3b"
    assert suitable_model(["a", "gpt-4o-mini"], OPENAI.preferred_models) == "gpt-4o-mini"
    assert suitable_model(["text-embedding-3-small", "whisper-1"]) is None
    assert suitable_model([]) is None


def test_a_model_that_computes_elsewhere_is_never_taken_by_itself() -> None:
    assert suitable_model(["gpt-oss:120b-cloud", "llama3.2:3b"]) == "llama3.2:3b"
    assert leaves_machine(OLLAMA, "gpt-oss:120b-cloud")
    assert not leaves_machine(OLLAMA, "llama3.2:3b")
    assert leaves_machine(OPENAI, "gpt-4o-mini")


def test_a_name_without_its_tag_is_known() -> None:
    assert listed_model("llama3.2", ["llama3", "llama3.2:latest"]) == "llama3.2:latest"
    assert listed_model("mistral", ["llama3"]) is None


def test_each_provider_has_its_dialect() -> None:
    settings = LlmSettings()
    assert dialect(OPENAI, settings).max_tokens_field == "max_completion_tokens"
    assert dialect(OPENAI, settings).temperature is None
    assert dialect(GROQ, settings).temperature == settings.temperature
    assert dialect(small_model("http://127.0.0.1:1/v1"), settings).max_tokens == 160
