"""Retries: when, how often, and how long after the failure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.client.retry import backoff_s, retry_after_s, time_limits
from llm.settings import LlmSettings


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
def test_retry_after_header(headers: dict[str, str], wait_s: float) -> None:
    assert retry_after_s(headers, now_s=90.0) == wait_s


@given(st.text(max_size=20))
def test_any_retry_after_header_is_safe(value: str) -> None:
    assert retry_after_s({"retry-after": value}, now_s=0.0) >= 0


def test_two_retries_before_first_text_is_due() -> None:
    assert backoff_s(0, 8.0, may_retry=True) == 0.4
    assert backoff_s(1, 8.0, may_retry=True) == 0.8
    assert backoff_s(2, 8.0, may_retry=True) is None
    assert backoff_s(0, 0.3, may_retry=True) is None
    assert backoff_s(0, 8.0, may_retry=True, retry_after_s=2.0) == 2.0
    assert backoff_s(0, 8.0, may_retry=True, retry_after_s=20.0) is None
    assert backoff_s(0, 8.0, may_retry=False) is None


def test_loading_server_is_retried_until_deadline() -> None:
    assert backoff_s(50, 8.0, may_retry=True, loading=True) == 1.0
    assert backoff_s(0, 0.5, may_retry=True, loading=True) is None


def test_deadlines_allow_for_loading_the_model() -> None:
    settings = LlmSettings(first_token_timeout_s=8, local_first_token_timeout_s=120, total_timeout_s=60)
    usual, loading = (time_limits(settings, may_load=each, now_s=100.0) for each in (False, True))
    assert (usual.first_token_s, usual.total_s) == (108.0, 160.0)
    assert (loading.first_token_s, loading.total_s) == (220.0, 272.0)
