"""Stop reasons of the providers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llm.protocols.anthropic import MESSAGES
from llm.protocols.chat_completions import CHAT_COMPLETIONS
from llm.protocols.endings import LENGTH, STOP
from llm.protocols.gemini import GENERATE_CONTENT
from llm.protocols.protocol import Protocol, Reply
from llm.protocols.responses import RESPONSES
from llm.protocols.sse import ServerEvent


def chat(reason: str) -> dict[str, Any]:
    return {"choices": [{"delta": {}, "finish_reason": reason}]}


def messages(reason: str) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}}


def gemini(reason: str) -> dict[str, Any]:
    return {"candidates": [{"finishReason": reason}]}


def responses(reason: str) -> dict[str, Any]:
    details = {"status": "incomplete", "incomplete_details": {"reason": reason}}
    return {"type": "response.incomplete", "response": details}


def ended(protocol: Protocol, *chunks: dict[str, Any]) -> Reply:
    reply = protocol.reply()
    for chunk in chunks:
        reply.feed(ServerEvent("message", json.dumps(chunk)))
    return reply


GOOD = [
    *((CHAT_COMPLETIONS, chat(word), STOP) for word in ("stop", "STOP", "eos", "end_turn", "stop_sequence")),
    *((CHAT_COMPLETIONS, chat(word), LENGTH) for word in ("length", "MAX_TOKENS", "model_length")),
    *((MESSAGES, messages(word), STOP) for word in ("end_turn", "stop_sequence")),
    (MESSAGES, messages("max_tokens"), LENGTH),
    (GENERATE_CONTENT, gemini("STOP"), STOP),
    (GENERATE_CONTENT, gemini("MAX_TOKENS"), LENGTH),
    (RESPONSES, responses("max_output_tokens"), LENGTH),
    (RESPONSES, {"type": "response.completed", "response": {"status": "completed"}}, STOP),
]


@pytest.mark.parametrize(("protocol", "chunk", "reason"), GOOD)
def test_known_stop_reasons_complete(protocol: Protocol, chunk: dict[str, Any], reason: str) -> None:
    reply = ended(protocol, chunk)
    assert (reply.complete, reply.stop_reason, reply.declined, reply.failure) == (True, reason, False, None)


FILTERED = [
    (CHAT_COMPLETIONS, chat("content_filter")),
    (CHAT_COMPLETIONS, chat("sensitive")),
    (MESSAGES, messages("refusal")),
    (GENERATE_CONTENT, gemini("PROHIBITED_CONTENT")),
    (RESPONSES, responses("content_filter")),
]


@pytest.mark.parametrize(("protocol", "chunk"), FILTERED)
def test_filter_reasons_decline(protocol: Protocol, chunk: dict[str, Any]) -> None:
    reply = ended(protocol, chunk)
    assert (reply.complete, reply.declined, reply.failure) == (True, True, None)


BAD = [
    *((CHAT_COMPLETIONS, chat(word)) for word in ("error", "abort", "network_error")),
    (MESSAGES, messages("pause_turn")),
    (GENERATE_CONTENT, gemini("MALFORMED_RESPONSE")),
    (GENERATE_CONTENT, gemini("OTHER")),
    (RESPONSES, responses("something_new")),
    (RESPONSES, {"type": "response.cancelled", "response": {"status": "cancelled"}}),
]


@pytest.mark.parametrize(("protocol", "chunk"), BAD)
def test_unknown_stop_reason_fails(protocol: Protocol, chunk: dict[str, Any]) -> None:
    reply = ended(protocol, chunk)
    assert reply.complete
    assert reply.failure is not None
    assert "finish reason" in reply.failure.message


def test_failure_is_final() -> None:
    done = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    assert ended(CHAT_COMPLETIONS, chat("error"), done).failure is not None


def test_error_in_choice_keeps_text() -> None:
    error = {"code": 502, "message": "Provider returned error"}
    choice = {"delta": {"content": "Half"}, "finish_reason": "error", "error": error}
    reply = CHAT_COMPLETIONS.reply()
    assert reply.feed(ServerEvent("message", json.dumps({"choices": [choice]}))) == "Half"
    assert reply.failure is not None
    assert reply.failure.message == "Provider returned error"
