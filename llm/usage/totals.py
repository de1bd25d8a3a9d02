"""Totals of requests, tokens and dollars for a session and its day, with limits.

Pure: `llm.usage.daily_counts` knows the date and the file.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from llm.settings import LlmSettings

Whole = Annotated[int, msgspec.Meta(ge=0)]
Dollars = Annotated[float, msgspec.Meta(ge=0)]


class Count(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Counts of requests, without their content."""

    requests: Whole = 0
    prompt_tokens: Whole = 0
    answer_tokens: Whole = 0
    cost: Dollars = 0.0
    """In dollars, for requests whose price is known."""

    def __add__(self, more: Count) -> Count:
        return Count(
            requests=self.requests + more.requests,
            prompt_tokens=self.prompt_tokens + more.prompt_tokens,
            answer_tokens=self.answer_tokens + more.answer_tokens,
            cost=self.cost + more.cost,
        )


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Usage so far."""

    session: Count = Count()
    day: Count = Count()
    """All sessions of this day, including this one."""

    def add(self, count: Count) -> Totals:
        """Return the totals with this count added."""
        return Totals(session=self.session + count, day=self.day + count)

    def limit_reached(self, settings: LlmSettings) -> str:
        """Return which limit forbids the next request and what to do; empty when none does."""
        money = (
            ("session", "session_limit", self.session.cost, settings.session_limit),
            ("day", "day_limit", self.day.cost, settings.day_limit),
        )
        for whose, name, spent, limit in money:
            if 0 < limit <= spent:
                return _sentence(f"${spent:.2f} of ${limit:.2f}", whose, name)
        requests = (
            ("session", "session_requests_limit", self.session.requests, settings.session_requests_limit),
            ("day", "day_requests_limit", self.day.requests, settings.day_requests_limit),
        )
        for whose, name, sent, most in requests:
            if 0 < most <= sent:
                return _sentence(f"{sent} of {most} requests", whose, name)
        return ""


def _sentence(spent: str, whose: str, name: str) -> str:
    until = "start another session" if whose == "session" else "wait for tomorrow"
    return f"the limit of this {whose} is reached ({spent}); raise {name} in [llm], or {until}"
