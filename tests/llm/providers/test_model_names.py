"""Choice and comparison of models by name."""

from __future__ import annotations

import pytest

from llm.providers.model_names import chat_models, is_alias, listed_model, nearest_model, suitable_model

OPENAI = ["gpt-4.1", "gpt-4.1-mini", "gpt-5.4-mini", "gpt-5.4", "whisper-1", "gpt-image-1", "o4-mini"]
CLAUDE = ["claude-opus-4-5-20251101", "claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929"]


def test_chat_model_is_chosen() -> None:
    assert suitable_model(["nomic-embed-text", "llama3.2:3b"]) == "llama3.2:3b"
    assert suitable_model(["a", "gpt-4o-mini"], ["gpt-4.1-mini", "gpt-4o-mini"]) == "gpt-4o-mini"
    assert suitable_model(["text-embedding-3-small", "whisper-1"]) is None
    assert suitable_model([]) is None


def test_newest_model_of_family_is_chosen() -> None:
    assert suitable_model(OPENAI, ["gpt-*-mini"]) == "gpt-5.4-mini"
    assert suitable_model(["gemini-2.5-flash", "gemini-3.8-flash", "gemini-3-flash"], ["gemini-*-flash"]) == (
        "gemini-3.8-flash"
    )
    assert suitable_model(["grok-9-image", "grok-3"], ["grok-*"]) == "grok-3"


def test_cloud_model_is_never_default() -> None:
    assert suitable_model(["gpt-oss:120b-cloud", "llama3.2:3b"]) == "llama3.2:3b"


def test_name_without_tag_matches() -> None:
    assert listed_model("llama3.2", ["llama3", "llama3.2:latest"]) == "llama3.2:latest"
    assert listed_model("mistral", ["llama3"]) is None


@pytest.mark.parametrize(
    ("wanted", "listed", "alias"),
    [
        ("claude-haiku-4-5", CLAUDE, True),
        ("claude-haiku-latest", CLAUDE, True),
        ("claude-haiku-4", CLAUDE, False),
        ("gpt-4o", ["gpt-4o-2024-08-06"], True),
        ("gpt-4o", ["gpt-4o-mini-2024-07-18"], False),
        ("grok-latest", [], False),
    ],
)
def test_name_without_date_is_alias(wanted: str, listed: list[str], alias: bool) -> None:
    assert is_alias(wanted, listed) is alias


@pytest.mark.parametrize(
    ("wanted", "listed", "nearest"),
    [
        ("gpt-4", OPENAI, "gpt-4.1"),
        ("gpt-4o-mini", OPENAI, "gpt-4.1-mini"),
        ("gpt-4.1-mnii", OPENAI, "gpt-4.1-mini"),
        ("claude-3-5-sonnet-20241022", CLAUDE, "claude-sonnet-4-5-20250929"),
        ("claude-opus-3", CLAUDE, "claude-opus-4-5-20251101"),
        ("whisper", OPENAI, ""),
        ("zzz", OPENAI, ""),
        ("zzz", [], ""),
    ],
)
def test_nearest_model_is_of_same_family(wanted: str, listed: list[str], nearest: str) -> None:
    assert nearest_model(wanted, listed) == nearest


def test_other_models_are_not_offered() -> None:
    assert chat_models(OPENAI) == ["gpt-4.1", "gpt-4.1-mini", "gpt-5.4-mini", "gpt-5.4", "o4-mini"]
