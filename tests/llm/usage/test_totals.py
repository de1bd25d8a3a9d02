"""Totals and spending limits."""

from __future__ import annotations

from typing import Any

import pytest

from llm.settings import LlmSettings
from llm.usage.totals import Count, Totals

SPENT = Totals(session=Count(requests=3, cost=0.5), day=Count(requests=10, cost=2.0))


def test_count_adds_to_session_and_day() -> None:
    spent = SPENT.add(Count(requests=1, prompt_tokens=100, answer_tokens=20, cost=0.25))
    assert (spent.session.requests, spent.session.cost) == (4, 0.75)
    assert (spent.day.requests, spent.day.cost, spent.day.prompt_tokens) == (11, 2.25, 100)
    assert SPENT.session.requests == 3


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({}, ""),
        ({"session_limit": 0.51, "day_limit": 2.01}, ""),
        ({"session_requests_limit": 4, "day_requests_limit": 11}, ""),
        ({"session_limit": 0.5}, "limit of this session is reached ($0.50 of $0.50); raise session_limit"),
        ({"day_limit": 1.0}, "limit of this day is reached ($2.00 of $1.00); raise day_limit"),
        ({"session_requests_limit": 3}, "(3 of 3 requests); raise session_requests_limit"),
        ({"day_requests_limit": 9}, "(10 of 9 requests); raise day_requests_limit"),
    ],
)
def test_reached_limit_is_named(limits: dict[str, Any], says: str) -> None:
    sentence = SPENT.limit_reached(LlmSettings(**limits))
    assert says in sentence
    assert bool(sentence) == bool(says)


def test_empty_session_reaches_no_limit() -> None:
    assert not Totals().limit_reached(LlmSettings(session_limit=0.01, session_requests_limit=1))
