"""Daily counts on disk."""

from __future__ import annotations

import datetime
import fcntl
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bus.failures import MachineFailure
from llm.usage import daily_counts as spending_file
from llm.usage.daily_counts import DailyCounts
from llm.usage.totals import Count

TODAY = datetime.date(2026, 3, 31)
ONE = Count(requests=1, prompt_tokens=100, answer_tokens=20, cost=0.25)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spending.json"


def test_file_is_private_and_has_no_content(path: Path) -> None:
    DailyCounts(path).add(TODAY, ONE)
    assert DailyCounts(path).add(TODAY, ONE) == ONE + ONE
    assert json.loads(path.read_text()) == {
        "2026-03-31": {"requests": 2, "prompt_tokens": 200, "answer_tokens": 40, "cost": 0.5}
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {each.name for each in path.parent.iterdir()} == {"spending.json", "spending.lock"}


def test_days_are_stored_for_a_month(path: Path) -> None:
    file = DailyCounts(path)
    for days_ago in (40, 31, 30, 1):
        file.add(TODAY - datetime.timedelta(days=days_ago), ONE)
    file.add(TODAY, ONE)
    assert list(json.loads(path.read_text())) == ["2026-03-01", "2026-03-30", "2026-03-31"]


def test_concurrent_sessions_lose_no_counts(path: Path) -> None:
    program = (
        "import sys, datetime, pathlib\n"
        "from llm.usage.totals import Count\n"
        "from llm.usage.daily_counts import DailyCounts\n"
        "file = DailyCounts(pathlib.Path(sys.argv[1]))\n"
        "for _ in range(50): file.add(datetime.date(2026, 3, 31), Count(requests=1, cost=0.5))\n"
    )
    sessions = [subprocess.Popen([sys.executable, "-c", program, str(path)]) for _ in range(4)]
    assert [session.wait(60) for session in sessions] == [0, 0, 0, 0]
    assert DailyCounts(path).day(TODAY) == Count(requests=200, cost=100.0)


def test_held_lock_times_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending_file, "_LOCK_TIMEOUT_S", 0.05)
    path.parent.mkdir()
    with path.with_suffix(".lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(MachineFailure, match="another session holds the lock"):
            DailyCounts(path).add(TODAY, ONE)
    assert DailyCounts(path).add(TODAY, ONE) == ONE
