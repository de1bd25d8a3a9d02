"""Samples of Google's generateContent API."""

from __future__ import annotations

import json

from tests.llm.wire.samples import WireSamples, event

_MODEL = "gemini-3.8-flash"
_USAGE = {
    "promptTokenCount": 31,
    "cachedContentTokenCount": 8,
    "candidatesTokenCount": 3,
    "thoughtsTokenCount": 2,
    "totalTokenCount": 36,
}


def reported(*parts: dict[str, object], finish: str = "", **fields: object) -> bytes:
    """Return one event; lines end in CRLF, as Google writes them."""
    candidate: dict[str, object] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    whole = {"candidates": [candidate], "modelVersion": _MODEL, "responseId": "r1", **fields}
    return event(whole).replace(b"\n", b"\r\n")


def _error(code: int, message: str, status: str, *details: object) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def _spread(value: object) -> bytes:
    """Return a value as Google writes errors: over many lines."""
    return json.dumps(value, indent=2).encode() + b"\n"


_BROKEN = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
_INFO = "type.googleapis.com/google.rpc."


def _quota(name: str) -> tuple[dict[str, object], dict[str, object]]:
    return (
        {"@type": f"{_INFO}QuotaFailure", "violations": [{"quotaId": name, "quotaValue": "20"}]},
        {"@type": f"{_INFO}RetryInfo", "retryDelay": "36s"},
    )


_EXCEEDED = "You exceeded your current quota, please check your plan and billing details."

GEMINI = WireSamples(
    provider="gemini",
    path="/v1beta",
    key_header="x-goog-api-key",
    key_prefix="",
    model=_MODEL,
    listing={
        "models": [
            {
                "name": f"models/{name}",
                "version": "001",
                "displayName": name,
                "supportedGenerationMethods": [way],
            }
            for name, way in (
                ("gemini-embedding-001", "embedContent"),
                ("gemini-2.5-flash", "generateContent"),
                (_MODEL, "generateContent"),
            )
        ]
    },
    opening=(),
    piece=lambda text: reported({"text": text}, usageMetadata={"promptTokenCount": 31}),
    closing=(reported({"text": ""}, finish="STOP", usageMetadata=_USAGE),),
    thought=(reported({"text": "Hm.", "thought": True}, usageMetadata={"thoughtsTokenCount": 2}),),
    only_reasoning=(reported(finish="MAX_TOKENS", usageMetadata=_USAGE),),
    declining=(reported(finish="SAFETY"),),
    aborting={
        "an event": (event(_BROKEN),),
        "an event with a list": (event([_BROKEN]),),
        "bare lines": (_spread(_BROKEN),),
        "a bare list": (_spread([_BROKEN]).rstrip(),),
    },
    unknown=(event({"usageMetadata": {}, "novelty": 1}), event({"candidates": []}), b"data:\r\n\r\n"),
    wrong_key={
        "400": lambda key: (
            "400 Bad Request",
            _spread(
                _error(
                    400,
                    "API key not valid. Please pass a valid API key.",
                    "INVALID_ARGUMENT",
                    {"@type": f"{_INFO}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"},
                )
            ),
        ),
    },
    limited=_spread(
        _error(429, _EXCEEDED, "RESOURCE_EXHAUSTED", *_quota("GenerateRequestsPerMinutePerProjectPerModel"))
    ),
    quota_used_up=(
        "429 Too Many Requests",
        _spread(
            _error(429, _EXCEEDED, "RESOURCE_EXHAUSTED", *_quota("GenerateRequestsPerDayPerProjectPerModel"))
        ),
    ),
    no_model=(
        "404 Not Found",
        _spread(
            _error(
                404, f"models/{_MODEL} is not found for API version v1beta, or is not supported.", "NOT_FOUND"
            )
        ),
    ),
    busy=_spread(_BROKEN),
)

BLOCKED = event({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": _USAGE})
"""Reply to a question that was blocked before the model."""
