"""Counts of sessions and crashes are kept, and no word."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path

import pytest

from bus import messages as m
from session.diagnose.support_report import history_lines
from session.run.history import KEPT_CRASHES, KEPT_DAYS, SessionHistory, history_file, stored_history
from tests.support.events import question

DIED = m.StageDied(stage="vad:interview-with-ada", cause="ended with code 1")
FAILED = m.ProblemReported(
    stage="vad:interview-with-ada",
    problem="unexpected ValueError at gate.py:42 (set CUECARD_DEBUG=1 for the traceback)",
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def keep(*events: m.Event) -> None:
    history = SessionHistory(active=True)
    for event in events:
        history.apply(event)
    history.close()


def test_sessions_and_questions_are_counted_by_day() -> None:
    keep(question(1), question(2))
    keep()
    (day,) = stored_history().days.values()
    assert (day.sessions, day.questions) == (2, 2)
    assert stat.S_IMODE(history_file().stat().st_mode) == 0o600
    assert "2 sessions, 0 minutes, 2 questions" in next(history_lines(stored_history()))


def test_a_crash_is_kept_without_words_or_names() -> None:
    keep(FAILED, DIED)
    (crash,) = stored_history().crashes
    assert (crash.stage, crash.cause) == ("vad", "ended with code 1")
    assert (crash.error, crash.place) == ("ValueError", "gate.py:42")
    assert "ada" not in history_file().read_text()
    assert "vad ended with code 1, ValueError at gate.py:42" in [*history_lines(stored_history())][-1]


def test_a_failure_with_words_is_not_kept() -> None:
    keep(m.ProblemReported(stage="llm", problem="unexpected answer at the secret place"), DIED)
    (crash,) = stored_history().crashes
    assert (crash.error, crash.place) == ("", "")
    assert "secret" not in history_file().read_text()


def test_only_the_newest_are_kept() -> None:
    keep(*[DIED] * 15)
    today = datetime.date.today()
    text = history_file().read_text()
    many = ",".join(
        f'"{today - datetime.timedelta(days=back)}": {{"sessions": 1}}' for back in range(1, KEPT_DAYS + 50)
    )
    history_file().write_text(text.replace('"days": {', f'"days": {{{many},'))
    keep(DIED)
    stored = stored_history()
    assert len(stored.crashes) == KEPT_CRASHES
    assert len(stored.days) == KEPT_DAYS
    assert stored.days[today].sessions == 2


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"days": {"2026-11-28": {"sessions": -1}}}'])
def test_a_damaged_file_begins_anew(body: bytes) -> None:
    history_file().parent.mkdir(parents=True)
    history_file().write_bytes(body)
    keep()
    assert [day.sessions for day in stored_history().days.values()] == [1]


def test_nothing_is_kept_if_that_is_not_wanted() -> None:
    SessionHistory(active=False).close()
    assert not history_file().exists()
