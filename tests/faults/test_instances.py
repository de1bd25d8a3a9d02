"""Sessions side by side, and leftovers of a crashed one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.restricted_session import WORDS, arguments, run, surroundings
from tests.support.session_process import running


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("i")


@pytest.mark.long
def test_two_sessions_run_independently(place: Path) -> None:
    command = arguments(place)[3:]
    slowly = [word if word != "fast" else "realtime" for word in command]
    with running(*slowly, directory=place) as first:
        first.wait_for("CaptureStarted")
        second = run(place)
        assert second.code == 0, second.complaints
        assert WORDS in second.said()
        first.wait_for("FinalTranscribed")
        assert first.end() == 0
    assert len(first.of("FinalTranscribed")) == 1, "nothing of the second is in it"
    assert first.left_behind() == []


@pytest.mark.long
def test_the_next_session_removes_what_a_crash_left(place: Path) -> None:
    died = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    left = place / f"cuecard-{int(died.stdout)}-crashed"
    left.mkdir(mode=0o700)
    (left / "run.json").write_text("{")
    os.mkfifo(left / "hub")
    outcome = run(place, environment=surroundings(place))
    assert outcome.code == 0, outcome.complaints
    assert not left.exists()
