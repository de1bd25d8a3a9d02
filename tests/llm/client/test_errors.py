"""Errors of requests: what the user reads, and whether a retry may help."""

from __future__ import annotations

import pytest

from llm.client.errors import KeyRejected, declined, empty_answer
from llm.client.response_errors import aborted, not_a_stream, refused
from llm.protocols.errors import ReportedError
from llm.providers import KNOWN

OPENAI, GROQ, XAI, GEMINI = (KNOWN[name] for name in ("openai", "groq", "xai", "gemini"))
EXCEEDED = "You exceeded your current quota, please check your plan and billing details."
QUOTA = ReportedError("You exceeded your current quota", "insufficient_quota")


@pytest.mark.parametrize(
    ("status", "error", "says", "may_retry"),
    [
        (401, ReportedError("Incorrect API key provided: sk-abc"), "rejected the API key", False),
        (400, ReportedError("Incorrect API key provided: xa***yz", "Client specified an invalid argument"),
         "rejected the API key", False),
        (400, ReportedError("API key not valid", "API_KEY_INVALID"), "rejected the API key", False),
        (400, ReportedError("max_tokens is not supported"), "rejected the request (HTTP 400): max", False),
        (403, ReportedError("Country not supported"), "denied access (HTTP 403): Country", False),
        (404, ReportedError("The model `x` does not exist"), "unknown address or model", False),
        (429, QUOTA, "used up", False),
        (429, ReportedError(EXCEEDED, "429", "GenerateRequestsPerDayPerProjectPerModel-FreeTier", 36.0),
         "used up", False),
        (429, ReportedError(EXCEEDED, "429", "GenerateRequestsPerMinutePerProjectPerModel", 36.0),
         "rate limit reached", True),
        (429, ReportedError("The limit is reached", "rate_limit_error", "enforced_spend_limit_reached"),
         "used up", False),
        (429, ReportedError("m", "credit_balance_exhausted"), "used up", False),
        (400, ReportedError("Your credit balance is too low to access the API", "invalid_request_error"),
         "used up", False),
        (429, ReportedError("Your team has reached its monthly spending limit."),
         "used up", False),
        (402, ReportedError("Payment required"), "used up", False),
        (429, ReportedError("Rate limit reached"), "rate limit reached", True),
        (503, ReportedError(""), "is overloaded or failing (HTTP 503)", True),
        (498, ReportedError("", "capacity_exceeded"), "is overloaded or failing (HTTP 498)", True),
        (529, ReportedError("Overloaded"), "is overloaded or failing (HTTP 529): Overloaded", True),
        (307, ReportedError(""), "redirects are not followed", False),
        (413, ReportedError(""), "too large", False),
        (422, ReportedError("bad field"), "rejected the request (HTTP 422): bad field", False),
    ],
)  # fmt: skip
def test_status_and_body_give_message_and_retry(
    status: int, error: ReportedError, says: str, may_retry: bool
) -> None:
    failure = refused(OPENAI, status, {}, error)
    assert says in failure.problem
    assert failure.may_retry is may_retry
    assert failure.fix


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (
            404,
            ReportedError(
                "The model `gpt-4` does not exist or you do not have access to it.", "model_not_found"
            ),
        ),
        (404, ReportedError("model: gpt-4", "not_found_error")),
        (404, ReportedError("models/gpt-4 is not found for API version v1beta", "404")),
        (400, ReportedError("The model `gpt-4` has been decommissioned.", "model_decommissioned")),
    ],
)
def test_missing_model_is_named_with_nearest(status: int, error: ReportedError) -> None:
    failure = refused(OPENAI, status, {}, error, model="gpt-4", listed=("gpt-4", "gpt-4.1", "o4-mini"))
    assert failure.problem == "openai has no model 'gpt-4'; nearest is 'gpt-4.1'"
    assert failure.fix == "use --model gpt-4.1"
    assert not failure.may_retry


def test_missing_model_without_list() -> None:
    failure = refused(OPENAI, 404, {}, ReportedError("", "model_not_found"), model="gpt-4")
    assert failure.problem == "openai has no model 'gpt-4'"


def test_retry_delay_from_header_or_body() -> None:
    error = ReportedError("slow", "429", "GenerateRequestsPerMinutePerProject", 36.0)
    assert refused(GEMINI, 429, {}, error).retry_after_s == 36.0
    assert refused(GEMINI, 429, {"retry-after": "2"}, error).retry_after_s == 2.0


def test_error_in_stream_says_whether_to_retry() -> None:
    assert aborted(OPENAI, ReportedError("overloaded")).may_retry
    assert not aborted(OPENAI, ReportedError("quota", "insufficient_quota")).may_retry


def test_declined_answer() -> None:
    failure = declined(GEMINI, "PROHIBITED_CONTENT")
    assert failure.problem == "gemini declined to answer this (prohibited content)"
    assert not failure.may_retry


def test_empty_answer_says_what_to_change() -> None:
    assert "answer_tokens" in empty_answer(OPENAI, "length").fix
    assert "no visible answer" in empty_answer(OPENAI, "stop").problem


def test_rejected_key_is_not_quoted() -> None:
    failure = refused(XAI, 400, {}, ReportedError("Incorrect API key provided: xai-secret"))
    assert isinstance(failure, KeyRejected)
    assert "secret" not in str(failure)
    assert "XAI_API_KEY" in failure.fix


def test_web_page_points_to_network() -> None:
    assert "sign in" in not_a_stream(GROQ, "text/html; charset=utf-8", ReportedError("")).fix
    assert "m" in not_a_stream(GROQ, "application/json", ReportedError("m")).problem


def test_provider_can_forbid_retry() -> None:
    assert not refused(OPENAI, 503, {"x-should-retry": "false"}, ReportedError("")).may_retry
