"""Samples of Anthropic's Messages API."""

from __future__ import annotations

from tests.llm.wire.samples import WireSamples, event, packed

_MODEL = "claude-haiku-4-5-20251001"


def reported(kind: str, **fields: object) -> bytes:
    """Return one event, its name twice, as Anthropic writes it."""
    return event({"type": kind, **fields}, kind)


def _refused(kind: str, message: str, **more: object) -> bytes:
    error = {"type": kind, "message": message, **more}
    return packed({"type": "error", "error": error, "request_id": "req_1"})


def _model(name: str, **more: object) -> dict[str, object]:
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": "2025-10-15T00:00:00Z",
        "lifecycle": "active",
        **more,
    }


def _ends(reason: str, **more: object) -> tuple[bytes, bytes]:
    delta = {"stop_reason": reason, "stop_sequence": None, **more}
    return reported("message_delta", delta=delta, usage={"output_tokens": 5}), reported("message_stop")


_OVERLOADED = {"type": "overloaded_error", "message": "overloaded"}

ANTHROPIC = WireSamples(
    provider="anthropic",
    path="/v1",
    key_header="x-api-key",
    key_prefix="",
    model=_MODEL,
    listing={
        "data": [
            _model("claude-sonnet-4-5-20250929"),
            _model(_MODEL),
            _model("claude-haiku-9-retired", lifecycle="retired"),
        ],
        "first_id": "claude-sonnet-4-5-20250929",
        "last_id": "claude-haiku-9-retired",
        "has_more": False,
    },
    opening=(
        reported(
            "message_start",
            message={
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "content": [],
                "model": _MODEL,
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {
                    "input_tokens": 20,
                    "cache_read_input_tokens": 8,
                    "cache_creation_input_tokens": 3,
                    "output_tokens": 1,
                },
            },
        ),
        reported("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        reported("ping"),
    ),
    piece=lambda text: reported("content_block_delta", index=0, delta={"type": "text_delta", "text": text}),
    closing=(reported("content_block_stop", index=0), *_ends("end_turn")),
    thought=(
        reported(
            "content_block_start",
            index=1,
            content_block={"type": "thinking", "thinking": "", "signature": ""},
        ),
        reported("content_block_delta", index=1, delta={"type": "thinking_delta", "thinking": "Hm."}),
        reported("content_block_delta", index=1, delta={"type": "signature_delta", "signature": "c2ln"}),
        reported("content_block_stop", index=1),
    ),
    only_reasoning=_ends("max_tokens"),
    declining=_ends("refusal", stop_details={"type": "refusal", "category": "cyber", "explanation": None}),
    aborting={
        "overloaded_error": (reported("error", error=_OVERLOADED),),
        "with an id": (reported("error", error=_OVERLOADED, request_id="req_1"),),
    },
    unknown=(
        reported("ping"),
        reported("novelty", index=0, delta={}),
        reported("content_block_stop", index=7),
        b": hm\n\n",
    ),
    wrong_key={
        "401": lambda key: (
            "401 Unauthorized",
            _refused("authentication_error", "invalid x-api-key"),
        ),
    },
    limited=_refused("rate_limit_error", "This request would exceed your organization's rate limit."),
    quota_used_up=(
        "429 Too Many Requests",
        _refused(
            "rate_limit_error",
            "The limit is reached.",
            details={"error_visibility": "user_facing", "error_code": "enforced_spend_limit_reached"},
        ),
    ),
    no_model=("404 Not Found", _refused("not_found_error", f"model: {_MODEL}")),
    busy=_refused("overloaded_error", "Overloaded"),
)
