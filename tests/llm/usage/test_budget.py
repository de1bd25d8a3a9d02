"""Budget of a session and its day."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from bus.failures import Failure
from llm.settings import LlmSettings
from llm.usage.daily_counts import Budget
from llm.usage.totals import Count

TODAY = datetime.date(2026, 3, 31)


class Clock:
    """Returns the given day."""

    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self) -> datetime.date:
        return self.day


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spending.json"


@pytest.fixture
def reported() -> list[Failure]:
    return []


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"2026-03-31": {"requests": -1}}', b'{"x": {}}', b"\xff"]
)
def test_damaged_file_is_reported_once(path: Path, reported: list[Failure], damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    budget = Budget(reported.append, path, Clock())
    for _ in range(3):
        budget.add(cost=0.25, prompt_tokens=1, answer_tokens=1)
    assert [failure.problem for failure in reported] == [f"the counts in {path} are damaged"]
    assert path.read_bytes() == damage
    assert (budget.totals.session.cost, budget.totals.day.cost) == (0.75, 0.75)
    assert "3 of 2 requests" in budget.limit_reached(LlmSettings(day_requests_limit=2))


def test_unwritable_file_is_reported_once(tmp_path: Path, reported: list[Failure]) -> None:
    (tmp_path / "file").write_text("in the way")
    budget = Budget(reported.append, tmp_path / "file" / "spending.json", Clock())
    budget.add(cost=0.25, prompt_tokens=1, answer_tokens=1)
    budget.add(cost=0.25, prompt_tokens=1, answer_tokens=1)
    assert len(reported) == 1
    assert "cannot be saved" in reported[0].problem
    assert budget.totals.day.requests == 2


def test_other_sessions_count_for_daily_limit(path: Path, reported: list[Failure]) -> None:
    mine, other = (Budget(reported.append, path, Clock()) for _ in range(2))
    mine.add(cost=1.0, prompt_tokens=1, answer_tokens=1)
    limits = LlmSettings(day_limit=1.5, session_limit=1.5)
    assert not other.limit_reached(limits)
    other.add(cost=0.75, prompt_tokens=1, answer_tokens=1)
    assert (mine.totals.session.cost, other.totals.session.cost) == (1.0, 0.75)
    assert "limit of this day" in mine.limit_reached(limits)
    assert "limit of this day" in Budget(reported.append, path, Clock()).limit_reached(limits)
    assert reported == []


def test_new_day_starts_at_zero(path: Path, reported: list[Failure]) -> None:
    clock = Clock()
    budget = Budget(reported.append, path, clock)
    budget.add(cost=1.0, prompt_tokens=1, answer_tokens=1)
    clock.day += datetime.timedelta(days=1)
    assert not budget.limit_reached(LlmSettings(day_limit=1.0))
    budget.add(cost=0.5, prompt_tokens=1, answer_tokens=1)
    assert (budget.totals.session.cost, budget.totals.day.cost) == (1.5, 0.5)


def test_request_without_price_is_counted(path: Path, reported: list[Failure]) -> None:
    budget = Budget(reported.append, path, Clock())
    budget.add(cost=None, prompt_tokens=7, answer_tokens=3)
    assert budget.totals.day == Count(requests=1, prompt_tokens=7, answer_tokens=3)
