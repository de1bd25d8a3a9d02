"""A running session is controlled from outside: it ends, is paused, and outlives its window."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from session.run.start.demo import DEMO
from tests.support.session_process import Session, running
from tests.support.waiting import wait_until
from tests.support.x_windows import x_display
from tests.support.xvfb import xvfb

RECORDING = ("run", "--source", f"call=file:{DEMO / 'call.flac'}", "--model", "tiny.en", "--json")


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s")


def cuecard(session: Session, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(session.directory)}
    return subprocess.run(
        [sys.executable, "-m", "session", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.long
def test_pause_and_end_of_a_running_session(place: Path) -> None:
    trace = place / "trace.json"
    arguments = (*RECORDING, "--view", "none", "--answer", "off", "--trace", str(trace))
    with running(*arguments, directory=place) as session:
        session.wait_for("SpeechStarted")
        assert cuecard(session, "pause", "call").returncode == 0
        (paused,) = session.wait_for("CapturePaused")
        ended, final = session.wait_for("SpeechEnded")[0], session.wait_for("FinalTranscribed")[0]
        assert ended["stop_sample"] <= paused["sample"]
        assert final["utterance"] == ended["utterance"] == 1
        assert cuecard(session, "unpause").returncode == 0
        (resumed,) = session.wait_for("CaptureResumed")
        second = session.wait_for("FinalTranscribed", 2)[1]
        assert second["start_sample"] >= paused["sample"]
        assert second["stop_sample"] > resumed["sample"]
        assert second["replaces"] == []  # no turn spans the pause
        assert cuecard(session, "end").returncode == 0
        assert session.end(20) == 0, session.errors
    (ending,) = session.of("SessionEnding")
    assert ending["cause"] == "stopped by the user"
    assert session.left_behind() == []
    assert trace.stat().st_mode & 0o777 == 0o600
    events = json.loads(trace.read_bytes())["traceEvents"]
    assert {"speech", "final transcript", "paused"} <= {each["name"] for each in events}


@pytest.mark.long
def test_what_was_struck_does_not_come_back_and_what_follows_is_transcribed(place: Path) -> None:
    saved = place / "saved.json"
    arguments = (*RECORDING, "--view", "none", "--provider", "none", "--save", str(saved))
    with running(*arguments, directory=place) as session:
        session.wait_for("QuestionDetected")
        struck = [each["text"] for each in session.of("FinalTranscribed")]
        done = cuecard(session, "strike", "--last", "60")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Struck from the last 60 s:")
        (redaction,) = session.of("LogRedacted")
        after = [each for each in session.events if each["seq"] > redaction["seq"]]
        restarted = {each["stage"] for each in after if each["type"] == "StageReady"}
        assert {"stt", "llm"} <= restarted
        assert not any(each["type"] == "StageDied" for each in after)
        os.kill(session.pid("stt"), signal.SIGKILL)
        finals = len(session.of("FinalTranscribed"))
        later = session.wait_for("FinalTranscribed", finals + 1)[finals:]
        assert all(each["start_sample"] >= redaction["audio"][0]["start_sample"] for each in later)
        assert cuecard(session, "end").returncode == 0
        assert session.end(20) == 0, session.errors
    whole = json.loads(saved.read_text("utf-8"))
    assert whole["struck"] != []
    assert [each for each in whole["turns"] if each["text"] in struck] == []
    assert all(text not in each["text"] for text in struck for each in later)
    assert whole["turns"] != []


@pytest.mark.long
def test_a_session_outlives_its_window_and_its_display(place: Path) -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    screen = ExitStack()
    display = screen.enter_context(xvfb())
    environment = {"DISPLAY": display, "QT_QPA_PLATFORM": "", "WAYLAND_DISPLAY": ""}
    arguments = (*RECORDING, "--view", "overlay", "--answer", "off")
    with screen, running(*arguments, directory=place, environment=environment) as session:
        wait_until(lambda: any(each["stage"] == "overlay" for each in session.of("StageReady")), 30)
        with x_display(display) as view:
            (window,) = wait_until(lambda: view.titled("Cuecard"))
            view.kill(window)
        wait_until(lambda: [each["stage"] for each in session.of("StageReady")].count("overlay") == 2, 30)
        session.wait_for("FinalTranscribed")
        screen.close()
        (given_up,) = session.wait_for("StageGivenUp")
        assert given_up["stage"] == "overlay"
        finals = len(session.of("FinalTranscribed"))
        session.wait_for("FinalTranscribed", finals + 1)
        assert cuecard(session, "end").returncode == 0
        session.end(20)
    assert b"The window is not shown" in session.errors
    assert b"The session continues" in session.errors
