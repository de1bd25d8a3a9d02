"""Samples of chat completions: OpenAI, Groq, and a local server."""

from __future__ import annotations

from dataclasses import replace

from tests.llm.wire.samples import Events, WireSamples, event, packed

DONE = b"data: [DONE]\n\n"
_OVERLOADED = {"message": "overloaded", "type": "server_error", "param": None, "code": None}


def chunk(
    delta: dict[str, object], finish: str | None = None, *, model: str = "gpt-5.4-mini", **more: object
) -> bytes:
    """Return one chunk of an answer."""
    return event(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1700000000,
            "model": model,
            "service_tier": "default",
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
            "usage": None,
            "obfuscation": "x9",
            **more,
        }
    )


def _usage(model: str = "gpt-5.4-mini") -> bytes:
    return event(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1700000000,
            "model": model,
            "choices": [],
            "usage": {
                "prompt_tokens": 31,
                "completion_tokens": 5,
                "total_tokens": 36,
                "prompt_tokens_details": {"cached_tokens": 8},
            },
        }
    )


OPENAI_CHAT = WireSamples(
    provider="openai-chat",
    path="/v1",
    key_header="authorization",
    key_prefix="Bearer ",
    model="gpt-5.4-mini",
    listing={
        "object": "list",
        "data": [
            {"id": name, "object": "model", "created": 1, "owned_by": "openai"}
            for name in ("whisper-1", "gpt-5.4-mini", "gpt-4.1", "text-embedding-3-small")
        ],
    },
    opening=(chunk({"role": "assistant", "content": "", "refusal": None}),),
    piece=lambda text: chunk({"content": text}),
    closing=(chunk({}, "stop"), _usage(), DONE),
    thought=(chunk({"content": None}),),
    only_reasoning=(chunk({}, "length"), _usage(), DONE),
    declining=(chunk({"refusal": "I cannot help with that."}), chunk({}, "stop"), _usage(), DONE),
    aborting={
        "error": (event({"error": _OVERLOADED}),),
        "error, then done": (event({"error": _OVERLOADED}), DONE),
        "event: error": (event({"error": _OVERLOADED}, "error"),),
    },
    unknown=(event({"choices": []}), b"event: noise\ndata: {}\n\n", b"data:\n\n", b"id: 7\nretry: 9\n\n"),
    wrong_key={
        "401": lambda key: (
            "401 Unauthorized",
            packed(
                {
                    "error": {
                        "message": f"Incorrect API key provided: {key}.",
                        "type": "invalid_request_error",
                        "param": None,
                        "code": "invalid_api_key",
                    }
                }
            ),
        ),
    },
    limited=packed(
        {
            "error": {
                "message": "Rate limit reached for requests",
                "type": "requests",
                "param": None,
                "code": "rate_limit_exceeded",
            }
        }
    ),
    quota_used_up=(
        "429 Too Many Requests",
        packed(
            {
                "error": {
                    "message": "You exceeded your current quota, please check your plan.",
                    "type": "insufficient_quota",
                    "param": None,
                    "code": "insufficient_quota",
                }
            }
        ),
    ),
    no_model=(
        "404 Not Found",
        packed(
            {
                "error": {
                    "message": "The model `gpt-5.4-mini` does not exist or you do not have access to it.",
                    "type": "invalid_request_error",
                    "param": None,
                    "code": "model_not_found",
                }
            }
        ),
    ),
    busy=packed({"error": {"message": "The server is overloaded", "type": "server_error", "code": None}}),
)


def _groq(*events: bytes) -> Events:
    return tuple(one.replace(b"gpt-5.4-mini", b"openai/gpt-oss-120b") for one in events)


GROQ = replace(
    OPENAI_CHAT,
    provider="groq",
    path="/openai/v1",
    model="openai/gpt-oss-120b",
    listing={
        "object": "list",
        "data": [
            {"id": name, "object": "model", "owned_by": "x", "active": True, "context_window": 131072}
            for name in ("whisper-large-v3", "llama-3.1-8b-instant", "openai/gpt-oss-120b")
        ],
    },
    opening=_groq(chunk({"role": "assistant", "content": ""}, x_groq={"id": "req_1"})),
    piece=lambda text: _groq(chunk({"content": text}))[0],
    closing=_groq(
        chunk(
            {},
            "stop",
            x_groq={
                "id": "req_1",
                "usage": {
                    "prompt_tokens": 31,
                    "completion_tokens": 5,
                    "prompt_tokens_details": {"cached_tokens": 8},
                },
            },
        ),
        DONE,
    ),
    thought=_groq(chunk({"reasoning": "Hm.", "channel": "analysis"})),
    aborting={
        "x_groq.error": (event({"choices": [], "x_groq": {"id": "req_1", "error": "overloaded"}}), DONE),
        "event: error": (
            event({"error": {"message": "overloaded", "type": "internal_server_error"}}, "error"),
        ),
        "over_capacity": (event({"error": {"message": "overloaded", "code": "capacity_exceeded"}}),),
    },
    limited=packed(
        {
            "error": {
                "message": "Rate limit reached for model in organization on tokens per minute (TPM)",
                "type": "tokens",
                "code": "rate_limit_exceeded",
            }
        }
    ),
    no_model=(
        "400 Bad Request",
        packed(
            {
                "error": {
                    "message": "The model `openai/gpt-oss-120b` has been decommissioned.",
                    "type": "invalid_request_error",
                    "code": "model_decommissioned",
                }
            }
        ),
    ),
)

OLLAMA = replace(
    OPENAI_CHAT,
    provider="ollama",
    model="llama3.2:3b",
    secure=False,
    listing={
        "object": "list",
        "data": [
            {"id": name, "object": "model", "owned_by": "library"}
            for name in ("nomic-embed-text", "llama3.2:3b")
        ],
    },
    opening=(chunk({"role": "assistant", "content": None}),),
    thought=(chunk({"content": None, "reasoning_content": "Hm."}),),
    aborting={
        "error: field": (b'error: {"code":500,"message":"overloaded","type":"server_error"}\n\n', DONE),
        "code": (event({"error": {"code": 500, "message": "overloaded", "type": "server_error"}}),),
        "vllm": (event({"object": "error", "message": "overloaded", "type": "Internal", "code": 500}),),
    },
    no_model=(
        "404 Not Found",
        packed(
            {"error": {"message": 'model "llama3.2:3b" not found, try pulling it first', "type": "api_error"}}
        ),
    ),
)
