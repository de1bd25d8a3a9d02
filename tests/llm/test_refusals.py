from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.chat_completions import ProviderError
from llm.providers import GROQ, OPENAI, XAI
from llm.refusals import Refusal, no_stream, refused, retry_after_s, wait_before_retry_s

QUOTA = ProviderError("You exceeded your current quota", "insufficient_quota")


@pytest.mark.parametrize(
    ("status", "error", "says", "may_retry"),
    [
        (401, ProviderError("Incorrect API key provided: sk-abc"), "does not accept the key", False),
        (400, ProviderError("Incorrect API key provided: xa***yz", "Client specified an invalid argument"),
         "does not accept the key", False),
        (400, ProviderError("API key not valid", "API_KEY_INVALID"), "does not accept the key", False),
        (400, ProviderError("max_tokens is not supported"), "refused the request (HTTP 400): max", False),
        (403, ProviderError("Country not supported"), "forbids this: Country", False),
        (404, ProviderError("The model `x` does not exist"), "does not know this address or model", False),
        (429, QUOTA, "nothing left to spend", False),
        (402, ProviderError("Payment required"), "nothing left to spend", False),
        (429, ProviderError("Rate limit reached"), "asks us to slow down", True),
        (503, ProviderError(""), "is busy or broken (HTTP 503)", True),
        (498, ProviderError("", "capacity_exceeded"), "is busy or broken (HTTP 498)", True),
        (529, ProviderError("Overloaded"), "is busy or broken (HTTP 529): Overloaded", True),
        (307, ProviderError(""), "redirects are not followed", False),
        (413, ProviderError(""), "too large", False),
        (422, ProviderError("bad field"), "refused the request (HTTP 422): bad field", False),
    ],
)  # fmt: skip
def test_each_refusal_says_what_it_means(
    status: int, error: ProviderError, says: str, may_retry: bool
) -> None:
    refusal = refused(OPENAI, status, {}, error)
    assert says in refusal.what
    assert refusal.may_retry is may_retry
    assert refusal.todo


def test_a_refused_key_is_not_quoted() -> None:
    refusal = refused(XAI, 400, {}, ProviderError("Incorrect API key provided: xai-secret"))
    assert "secret" not in str(refusal)
    assert "XAI_API_KEY" in refusal.todo


def test_a_page_in_the_place_of_a_stream_points_to_the_network() -> None:
    assert "sign in" in no_stream(GROQ, "text/html; charset=utf-8", ProviderError("")).todo
    assert "m" in no_stream(GROQ, "application/json", ProviderError("m")).what


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
    busy = Refusal("busy", may_retry=True)
    assert wait_before_retry_s(busy, 0, 8.0) == 0.4
    assert wait_before_retry_s(busy, 1, 8.0) == 0.8
    assert wait_before_retry_s(busy, 2, 8.0) is None
    assert wait_before_retry_s(busy, 0, 0.3) is None
    assert wait_before_retry_s(Refusal("busy", may_retry=True, retry_after_s=2.0), 0, 8.0) == 2.0
    assert wait_before_retry_s(Refusal("busy", may_retry=True, retry_after_s=20.0), 0, 8.0) is None
    assert wait_before_retry_s(Refusal("no"), 0, 8.0) is None


def test_a_provider_may_forbid_a_retry() -> None:
    assert not refused(OPENAI, 503, {"x-should-retry": "false"}, ProviderError("")).may_retry
