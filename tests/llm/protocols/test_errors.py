"""Errors of providers, in every shape."""

from __future__ import annotations

import json

import pytest

from llm.protocols.errors import ReportedError, StreamFailed, chunk_in, error_in
from llm.protocols.sse import ServerEvent

PER_DAY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}
WAIT = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "36.5s"}


def message(data: object, name: str = "message") -> ServerEvent:
    return ServerEvent(name, data if isinstance(data, str) else json.dumps(data))


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (message({"error": {"message": "m", "type": "server_error", "code": None}}),
         ReportedError("m", "server_error")),
        (message({"error": {"message": "m", "code": 500}}), ReportedError("m", "500")),
        (message({"code": "Client specified an invalid argument", "error": "m"}),
         ReportedError("m", "Client specified an invalid argument")),
        (message({"choices": [], "x_groq": {"error": "m"}}), ReportedError("m")),
        (message({"choices": [], "x_groq": {"error": {"message": "m", "code": 7}}}), ReportedError("m", "7")),
        (message({"message": "m", "code": "c"}, "error"), ReportedError("m", "c")),
        (message("not json", "error"), ReportedError("not json")),
        (message({"object": "error", "message": "m", "type": "BadRequestError", "code": 400}),
         ReportedError("m", "400")),
        (message({"type": "error", "code": "server_error", "message": "m", "param": None}),
         ReportedError("m", "server_error")),
        (message({"type": "error", "code": None, "message": "m"}), ReportedError("m")),
        (message({"type": "error", "error": {"type": "overloaded_error", "message": "m"}}),
         ReportedError("m", "overloaded_error")),
        (message([{"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}]),
         ReportedError("m", "503")),
    ],
)  # fmt: skip
def test_error_event_in_every_shape(event: ServerEvent, error: ReportedError) -> None:
    with pytest.raises(StreamFailed) as failed:
        chunk_in(event)
    assert failed.value.error == error


@pytest.mark.parametrize("data", ["{}", "[]", "7", "null", "", "{", '"error"', '{"error":null}'])
def test_ordinary_event_is_not_error(data: str) -> None:
    assert chunk_in(message(data)).get("error") is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"error":{"message":"m","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}',
         ReportedError("m", "insufficient_quota")),
        ('{"code":"invalid argument","error":"Incorrect API key provided"}',
         ReportedError("Incorrect API key provided", "invalid argument")),
        ('{"detail":"Not Found"}', ReportedError("Not Found")),
        ('{"message":"m","type":"t"}', ReportedError("m", "t")),
        ('[{"error":{"message":"m","status":"UNAVAILABLE"}}]', ReportedError("m", "UNAVAILABLE")),
        ("upstream\nfailed", ReportedError("upstream failed")),
        ("<html><body>sign in</body></html>", ReportedError("")),
        ("", ReportedError("")),
        ('{"error":{"message":"a\\nb\\u0007c","code":"x"}}', ReportedError("a b c", "x")),
        ('{"type":"error","error":{"type":"rate_limit_error","message":"m",'
         '"details":{"error_code":"enforced_spend_limit_reached"}}}',
         ReportedError("m", "rate_limit_error", "enforced_spend_limit_reached")),
        (json.dumps({"error": {"message": "m", "status": "INVALID_ARGUMENT",
                               "details": [{"reason": "API_KEY_INVALID"}]}}),
         ReportedError("m", "INVALID_ARGUMENT", "API_KEY_INVALID")),
        (json.dumps({"error": {"message": "m", "status": "RESOURCE_EXHAUSTED", "details": [PER_DAY, WAIT]}}),
         ReportedError("m", "RESOURCE_EXHAUSTED",
                       "GenerateRequestsPerDayPerProjectPerModel-FreeTier", 36.5)),
        ('{"error":{"message":"m","details":[7,{"violations":7,"retryDelay":"soon"}]}}', ReportedError("m")),
    ],
)  # fmt: skip
def test_error_body_in_every_shape(body: str, error: ReportedError) -> None:
    assert error_in(body) == error


def test_long_error_is_cut() -> None:
    assert len(error_in("x" * 100_000).message) == 300
