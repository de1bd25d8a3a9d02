from __future__ import annotations

import json

import pytest

from llm.protocols.anthropic import MESSAGES
from llm.protocols.chat_completions import CHAT_COMPLETIONS
from llm.protocols.gemini import GENERATE_CONTENT
from llm.protocols.protocol import ModelList, Protocol
from llm.providers import KNOWN
from llm.providers.model_names import suitable_model
from tests.llm.wire.known import SPEECHES
from tests.llm.wire.speech import Speech


@pytest.mark.parametrize("protocol", [MESSAGES, CHAT_COMPLETIONS, GENERATE_CONTENT])
@pytest.mark.parametrize("body", ["<html>", "{}", '{"data":{}}', '{"models":7}', "[]", ""])
def test_what_is_no_list_of_models_is_none(protocol: Protocol, body: str) -> None:
    assert protocol.models_in(body) is None


@pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.provider)
def test_of_a_providers_list_a_quick_model_is_taken_by_itself(speech: Speech) -> None:
    provider = KNOWN[speech.provider]
    page = provider.protocol.models_in(json.dumps(speech.listing))
    assert page is not None
    assert suitable_model(page.names, provider.preferred_models) == speech.model


def test_only_entries_with_a_name_count() -> None:
    body = '{"object":"list","data":[{"id":"a"},{"id":"b"},{"name":"c"},7]}'
    assert CHAT_COMPLETIONS.models_in(body) == ModelList(("a", "b"))


def test_anthropic_goes_on_after_the_last_and_leaves_out_the_retired() -> None:
    entries = [{"id": "a", "lifecycle": "active"}, {"id": "b", "lifecycle": "retired"}, {"id": "c"}]
    body = json.dumps({"data": entries, "has_more": True, "last_id": "c&d"})
    assert MESSAGES.models_in(body) == ModelList(("a", "c"), "models?limit=1000&after_id=c%26d")
    assert MESSAGES.models_in(body.replace("true", "false")) == ModelList(("a", "c"))


def test_gemini_names_its_next_page_and_only_models_that_write() -> None:
    entries = [
        {"name": "models/a", "supportedGenerationMethods": ["generateContent"]},
        {"name": "models/b", "supportedGenerationMethods": ["embedContent"]},
        {"name": "models/c"},
    ]
    body = json.dumps({"models": entries, "nextPageToken": "t/1"})
    assert GENERATE_CONTENT.models_in(body) == ModelList(("a", "c"), "models?pageSize=1000&pageToken=t%2F1")


def test_a_models_name_cannot_change_where_gemini_is_asked() -> None:
    assert GENERATE_CONTENT.ask_path("models/gemini-3") == "models/gemini-3:streamGenerateContent?alt=sse"
    assert "/" not in GENERATE_CONTENT.ask_path("../x?key=1#").removeprefix("models/").partition(":")[0]
