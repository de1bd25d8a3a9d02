"""Samples of the Responses API of OpenAI and xAI."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from tests.llm.wire.chat import OPENAI_CHAT
from tests.llm.wire.samples import WireSamples, event, packed

_MODEL = "gpt-5.4-mini"
_numbers = count()


def reported(kind: str, **fields: object) -> bytes:
    """Return one event, its name twice, as OpenAI writes it."""
    return event({"type": kind, "sequence_number": next(_numbers), **fields}, kind)


def response(status: str, **fields: object) -> dict[str, object]:
    """Return a response object in this state."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1700000000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": 400,
        "model": _MODEL,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "store": False,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None,
        "metadata": {},
        **fields,
    }


_USAGE = {
    "input_tokens": 31,
    "input_tokens_details": {"cached_tokens": 8},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 36,
}
_ITEM = {"id": "msg_1", "type": "message", "status": "in_progress", "role": "assistant", "content": []}
_PART = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
_PLACE = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
_THOUGHT = {"id": "rs_1", "type": "reasoning", "summary": []}


def _incomplete(reason: str) -> bytes:
    return reported(
        "response.incomplete",
        response=response("incomplete", incomplete_details={"reason": reason}, usage=_USAGE),
    )


OPENAI = WireSamples(
    provider="openai",
    path="/v1",
    key_header="authorization",
    key_prefix="Bearer ",
    model=_MODEL,
    listing=OPENAI_CHAT.listing,
    opening=(
        reported("response.created", response=response("in_progress")),
        reported("response.in_progress", response=response("in_progress")),
        reported("response.output_item.added", output_index=0, item=_ITEM),
        reported("response.content_part.added", **_PLACE, part=_PART),
    ),
    piece=lambda text: reported(
        "response.output_text.delta", **_PLACE, delta=text, logprobs=[], obfuscation="k"
    ),
    closing=(
        reported("response.output_text.done", **_PLACE, text="", logprobs=[]),
        reported("response.content_part.done", **_PLACE, part=_PART),
        reported("response.output_item.done", output_index=0, item=_ITEM | {"status": "completed"}),
        reported("response.completed", response=response("completed", usage=_USAGE)),
    ),
    thought=(
        reported("response.output_item.added", output_index=0, item=_THOUGHT),
        reported(
            "response.reasoning_summary_text.delta",
            item_id="rs_1",
            output_index=0,
            summary_index=0,
            delta="Hm.",
        ),
        reported("response.output_item.done", output_index=0, item=_THOUGHT),
    ),
    only_reasoning=(_incomplete("max_output_tokens"),),
    declining=(
        reported("response.refusal.delta", **_PLACE, delta="I cannot help with that."),
        reported("response.refusal.done", **_PLACE, refusal="I cannot help with that."),
        reported("response.completed", response=response("completed", usage=_USAGE)),
    ),
    aborting={
        "error, flat": (reported("error", code="server_error", message="overloaded", param=None),),
        "error, nested": (
            reported(
                "error",
                error={"type": "server_error", "code": None, "message": "overloaded", "param": None},
            ),
        ),
        "failed": (
            reported(
                "response.failed",
                response=response("failed", error={"code": "server_error", "message": "overloaded"}),
            ),
        ),
    },
    unknown=(
        reported("response.queued", response=response("queued")),
        reported("response.novelty", fields=[]),
        b"data:\n\n",
    ),
    wrong_key=OPENAI_CHAT.wrong_key,
    limited=OPENAI_CHAT.limited,
    quota_used_up=OPENAI_CHAT.quota_used_up,
    no_model=OPENAI_CHAT.no_model,
    busy=OPENAI_CHAT.busy,
)

FILTERED = _incomplete("content_filter")
"""End of an answer that a filter stopped."""


def _grok(event_bytes: bytes) -> bytes:
    return event_bytes.replace(_MODEL.encode(), b"grok-4-fast-non-reasoning")


XAI = replace(
    OPENAI,
    provider="xai",
    model="grok-4-fast-non-reasoning",
    listing={
        "object": "list",
        "data": [
            {"id": name, "object": "model", "created": 1, "owned_by": "xai"}
            for name in ("grok-4", "grok-4-fast-non-reasoning", "grok-imagine-image")
        ],
    },
    opening=tuple(map(_grok, OPENAI.opening)),
    closing=tuple(map(_grok, OPENAI.closing)),
    aborting={
        "a text": (event({"code": "The service is currently unavailable", "error": "overloaded"}),),
        "nested": OPENAI.aborting["error, nested"],
    },
    wrong_key={
        "400": lambda key: (
            "400 Bad Request",
            packed(
                {
                    "code": "Client specified an invalid argument",
                    "error": f"Incorrect API key provided: {key}. Get one from the console.",
                }
            ),
        ),
        "401": lambda key: (
            "401 Unauthorized",
            packed({"code": "Unauthenticated", "error": "No credentials."}),
        ),
    },
    limited=packed({"code": "Some resource has been exhausted", "error": "Too many requests for the team"}),
    quota_used_up=(
        "429 Too Many Requests",
        packed(
            {
                "code": "Some resource has been exhausted",
                "error": "Your team has used all available credits or reached its monthly spending limit.",
            }
        ),
    ),
    no_model=(
        "404 Not Found",
        packed(
            {
                "code": "Some requested entity was not found",
                "error": "The model grok-4-fast-non-reasoning does not exist.",
            }
        ),
    ),
    busy=packed({"code": "The service is currently unavailable", "error": "Service is overloaded"}),
)
