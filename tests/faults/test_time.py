"""Jumping clocks and stopped processes: timing stays correct, and gaps are reported."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

from bus.audio import SAMPLE_RATE
from livebench.scoring.words import word_error_rate
from session.run.start.demo import DEMO, script
from tests.support.session_log import check_log, transcript
from tests.support.session_process import Event, Session, running
from tests.support.waiting import wait_until

SECONDS = 3.2
WANTED = " ".join(turn.text for turn in script() if turn.end_s < SECONDS and turn.source == "call")


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("t")


@pytest.fixture
def jumping_clock(place: Path) -> Path:
    """Return a library that makes the wall clock jump back and forth by two hours."""
    if sys.platform != "linux" or shutil.which("cc") is None:
        pytest.skip("there is no C compiler, or no way to put a library before the system's")
    library = place / "jumping_clock.so"
    source = Path(__file__).with_name("jumping_clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def _arguments(place: Path) -> tuple[str, ...]:
    recording = place / "call.wav"
    samples = soundfile.read(DEMO / "call.flac", frames=round(SECONDS * SAMPLE_RATE), dtype="int16")[0]
    soundfile.write(recording, samples, SAMPLE_RATE)
    return ("run", "--source", f"call=file:{recording}", "--model", "tiny.en", "--answer", "off", "--json")


def _on_time(events: list[Event]) -> None:
    """Check that words are at their positions on the sample clock."""
    check_log(events)
    assert word_error_rate([WANTED], [transcript(events, "call")]) < 0.3
    (started,) = [event for event in events if event["type"] == "CaptureStarted"]
    for event in events:
        if event["type"] == "SpeechEnded":
            due_ns = started["first_sample_ns"] + event["decided_sample"] * 1_000_000_000 // SAMPLE_RATE
            assert event["logged_ns"] > due_ns, "nothing is known before it is said"


@pytest.mark.long
def test_a_wall_clock_that_jumps_moves_nothing(place: Path, jumping_clock: Path) -> None:
    environment = {"LD_PRELOAD": str(jumping_clock)}
    probe = "import time\nbegan = time.time()\nwhile abs(time.time() - began) < 7_000: pass"
    command = [sys.executable, "-c", probe]  # ends when the clock has jumped
    subprocess.run(command, env={**os.environ, **environment}, timeout=10, check=True)
    with running(*_arguments(place), directory=place, environment=environment) as session:
        assert session.end() == 0
    _on_time(session.events)
    assert not session.of("StageDied")
    assert {event["stage"] for event in session.of("ProblemReported")} <= {"stt"}, (
        "a busy machine is no fault"
    )


@pytest.mark.long
def test_a_session_stopped_as_a_whole_loses_nothing(place: Path) -> None:
    with running(*_arguments(place), directory=place) as session:
        assert session.wait_for("SpeechStarted")
        _stand_still(session, 5.0)
        assert session.end() == 0
    _on_time(session.events)
    assert not session.of("AudioLost") + session.of("StageDied")


def _stand_still(session: Session, seconds: float) -> None:
    """Stop every process of a session, the supervisor first, as when a lid is closed for a moment."""
    pids = [session.process.pid, *(child.pid for child in session.children())]
    until_s = time.monotonic() + seconds
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: time.monotonic() > until_s)
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
