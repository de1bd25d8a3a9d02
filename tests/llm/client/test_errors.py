from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.client.errors import (
    RequestFailed,
    broke_off,
    declined,
    no_stream,
    nothing_visible,
    refused,
    retry_after_s,
    wait_before_retry_s,
)
from llm.protocols.errors import ReportedError
from llm.providers import KNOWN

OPENAI, GROQ, XAI, GEMINI = (KNOWN[name] for name in ("openai", "groq", "xai", "gemini"))
EXCEEDED = "You exceeded your current quota, please check your plan and billing details."
QUOTA = ReportedError("You exceeded your current quota", "insufficient_quota")


@pytest.mark.parametrize(
    ("status", "error", "says", "may_retry"),
    [
        (401, ReportedError("Incorrect API key provided: sk-abc"), "does not accept the key", False),
        (400, ReportedError("Incorrect API key provided: xa***yz", "Client specified an invalid argument"),
         "does not accept the key", False),
        (400, ReportedError("API key not valid", "API_KEY_INVALID"), "does not accept the key", False),
        (400, ReportedError("max_tokens is not supported"), "refused the request (HTTP 400): max", False),
        (403, ReportedError("Country not supported"), "forbids this: Country", False),
        (404, ReportedError("The model `x` does not exist"), "does not know this address or model", False),
        (429, QUOTA, "nothing left to spend", False),
        (429, ReportedError(EXCEEDED, "429", "GenerateRequestsPerDayPerProjectPerModel-FreeTier", 36.0),
         "nothing left to spend", False),
        (429, ReportedError(EXCEEDED, "429", "GenerateRequestsPerMinutePerProjectPerModel", 36.0),
         "asks us to slow down", True),
        (429, ReportedError("The limit is reached", "rate_limit_error", "enforced_spend_limit_reached"),
         "nothing left to spend", False),
        (429, ReportedError("m", "credit_balance_exhausted"), "nothing left to spend", False),
        (400, ReportedError("Your credit balance is too low to access the API", "invalid_request_error"),
         "nothing left to spend", False),
        (429, ReportedError("Your team has reached its monthly spending limit."),
         "nothing left to spend", False),
        (402, ReportedError("Payment required"), "nothing left to spend", False),
        (429, ReportedError("Rate limit reached"), "asks us to slow down", True),
        (503, ReportedError(""), "is busy or broken (HTTP 503)", True),
        (498, ReportedError("", "capacity_exceeded"), "is busy or broken (HTTP 498)", True),
        (529, ReportedError("Overloaded"), "is busy or broken (HTTP 529): Overloaded", True),
        (307, ReportedError(""), "redirects are not followed", False),
        (413, ReportedError(""), "too large", False),
        (422, ReportedError("bad field"), "refused the request (HTTP 422): bad field", False),
    ],
)  # fmt: skip
def test_each_refusal_says_what_it_means(
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
def test_a_model_that_is_gone_is_named_with_the_nearest(status: int, error: ReportedError) -> None:
    failure = refused(OPENAI, status, {}, error, model="gpt-4", listed=("gpt-4", "gpt-4.1", "o4-mini"))
    assert failure.problem == "openai has no model 'gpt-4'; nearest is 'gpt-4.1'"
    assert failure.fix == "use --model gpt-4.1"
    assert not failure.may_retry


def test_without_a_list_no_other_model_is_named() -> None:
    failure = refused(OPENAI, 404, {}, ReportedError("", "model_not_found"), model="gpt-4")
    assert failure.problem == "openai has no model 'gpt-4'"


def test_the_wait_may_stand_in_the_body() -> None:
    error = ReportedError("slow", "429", "GenerateRequestsPerMinutePerProject", 36.0)
    assert refused(GEMINI, 429, {}, error).retry_after_s == 36.0
    assert refused(GEMINI, 429, {"retry-after": "2"}, error).retry_after_s == 2.0


def test_an_error_in_the_middle_says_whether_to_try_again() -> None:
    assert broke_off(OPENAI, ReportedError("overloaded")).may_retry
    assert not broke_off(OPENAI, ReportedError("quota", "insufficient_quota")).may_retry


def test_a_refusal_to_answer_is_said_as_one() -> None:
    failure = declined(GEMINI, "PROHIBITED_CONTENT")
    assert failure.problem == "gemini declined to answer this (prohibited content)"
    assert (failure.declined, failure.may_retry) == (True, False)


def test_an_answer_that_was_all_thought_says_what_to_raise() -> None:
    assert "answer_tokens" in nothing_visible(OPENAI, "length").fix
    assert "no visible answer" in nothing_visible(OPENAI, "stop").problem


def test_a_refused_key_is_not_quoted() -> None:
    failure = refused(XAI, 400, {}, ReportedError("Incorrect API key provided: xai-secret"))
    assert "secret" not in str(failure)
    assert "XAI_API_KEY" in failure.fix


def test_a_page_in_the_place_of_a_stream_points_to_the_network() -> None:
    assert "sign in" in no_stream(GROQ, "text/html; charset=utf-8", ReportedError("")).fix
    assert "m" in no_stream(GROQ, "application/json", ReportedError("m")).problem


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, 0.0),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 10.0),
        ({"retry-after": "soon"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
    ],
)
def test_a_wish_to_wait_is_understood(headers: dict[str, str], wait_s: float) -> None:
    assert retry_after_s(headers, now_s=90.0) == wait_s


@given(st.text(max_size=20))
def test_any_wish_to_wait_is_dealt_with(value: str) -> None:
    assert retry_after_s({"retry-after": value}, now_s=0.0) >= 0


def test_there_are_two_retries_within_the_time_for_a_first_word() -> None:
    busy = RequestFailed("busy", may_retry=True)
    assert wait_before_retry_s(busy, 0, 8.0) == 0.4
    assert wait_before_retry_s(busy, 1, 8.0) == 0.8
    assert wait_before_retry_s(busy, 2, 8.0) is None
    assert wait_before_retry_s(busy, 0, 0.3) is None
    assert wait_before_retry_s(RequestFailed("busy", may_retry=True, retry_after_s=2.0), 0, 8.0) == 2.0
    assert wait_before_retry_s(RequestFailed("busy", may_retry=True, retry_after_s=20.0), 0, 8.0) is None
    assert wait_before_retry_s(RequestFailed("no"), 0, 8.0) is None


def test_a_provider_may_forbid_a_retry() -> None:
    assert not refused(OPENAI, 503, {"x-should-retry": "false"}, ReportedError("")).may_retry
