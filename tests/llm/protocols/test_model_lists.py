"""Lists of models, and the default model."""

from __future__ import annotations

import json

import pytest

from llm.protocols.anthropic import MESSAGES
from llm.protocols.chat_completions import CHAT_COMPLETIONS
from llm.protocols.gemini import GENERATE_CONTENT
from llm.protocols.protocol import ModelList, Protocol
from llm.providers import KNOWN
from llm.providers.model_names import suitable_model
from tests.llm.wire.formats import SAMPLES
from tests.llm.wire.samples import WireSamples


@pytest.mark.parametrize("protocol", [MESSAGES, CHAT_COMPLETIONS, GENERATE_CONTENT])
@pytest.mark.parametrize("body", ["<html>", "{}", '{"data":{}}', '{"models":7}', "[]", ""])
def test_body_that_is_not_a_model_list(protocol: Protocol, body: str) -> None:
    assert protocol.models_in(body) is None


@pytest.mark.parametrize("samples", SAMPLES, ids=lambda samples: samples.provider)
def test_default_model_of_each_provider(samples: WireSamples) -> None:
    provider = KNOWN[samples.provider]
    page = provider.protocol.models_in(json.dumps(samples.listing))
    assert page is not None
    assert suitable_model(page.names, provider.preferred_models) == samples.model


def test_entries_without_name_are_skipped() -> None:
    body = '{"object":"list","data":[{"id":"a"},{"id":"b"},{"name":"c"},7]}'
    assert CHAT_COMPLETIONS.models_in(body) == ModelList(("a", "b"))


def test_anthropic_pages_and_retired_models() -> None:
    entries = [{"id": "a", "lifecycle": "active"}, {"id": "b", "lifecycle": "retired"}, {"id": "c"}]
    body = json.dumps({"data": entries, "has_more": True, "last_id": "c&d"})
    assert MESSAGES.models_in(body) == ModelList(("a", "c"), "models?limit=1000&after_id=c%26d")
    assert MESSAGES.models_in(body.replace("true", "false")) == ModelList(("a", "c"))


def test_gemini_pages_and_text_models() -> None:
    entries = [
        {"name": "models/a", "supportedGenerationMethods": ["generateContent"]},
        {"name": "models/b", "supportedGenerationMethods": ["embedContent"]},
        {"name": "models/c"},
    ]
    body = json.dumps({"models": entries, "nextPageToken": "t/1"})
    assert GENERATE_CONTENT.models_in(body) == ModelList(("a", "c"), "models?pageSize=1000&pageToken=t%2F1")


def test_gemini_model_name_is_quoted_in_path() -> None:
    assert GENERATE_CONTENT.ask_path("models/gemini-3") == "models/gemini-3:streamGenerateContent?alt=sse"
    assert "/" not in GENERATE_CONTENT.ask_path("../x?key=1#").removeprefix("models/").partition(":")[0]
