from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from bus.audio import SAMPLE_RATE
from session.run.start.demo import DEMO
from session.transcript.saved_session import decode
from tests.support.session_log import check_log, transcript
from tests.support.session_process import Session, running
from tests.support.waiting import wait_until


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("r")


def recording(place: Path) -> str:
    """Return a source with one sentence, a pause, and two sentences."""
    samples, _ = soundfile.read(DEMO / "call.flac", dtype="int16", stop=9 * SAMPLE_RATE)
    quiet = np.zeros(4 * SAMPLE_RATE, np.int16)
    soundfile.write(place / "call.wav", [*samples[: 3 * SAMPLE_RATE], *quiet, *samples], SAMPLE_RATE)
    return f"call=file:{place / 'call.wav'}"


def kill_after_a_final(session: Session) -> None:
    """Kill the supervisor after the first final, and wait until only the keeper is left."""
    session.wait_for("FinalTranscribed")
    wait_until(lambda: any(event["stage"] == "keeper" for event in session.of("StageReady")))
    session.process.kill()
    session.process.wait(10)
    wait_until(lambda: left(session) == [f"process {session.pid('keeper')}"])


def left(session: Session) -> list[str]:
    """Return what is left of a killed session, except the directory with the keeper's socket."""
    return [each for each in session.left_behind() if "process" in each]


def resume(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "session", "resume", *arguments],
        env={**os.environ, "XDG_RUNTIME_DIR": str(place)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.long
def test_a_killed_session_is_resumed(place: Path) -> None:
    with running("run", "--source", recording(place), "--answer", "off", "--json", directory=place) as killed:
        kill_after_a_final(killed)
    (directory,) = place.glob("cuecard-*")
    wait_until(lambda: [path.name for path in directory.iterdir()] == ["keeper"])
    with running("resume", "--json", directory=place) as taken_up:
        assert taken_up.end(60) == 0
    assert taken_up.events[: len(killed.events)] == killed.events
    check_log(taken_up.events)
    assert transcript(taken_up.events, "call").startswith("Thanks for joining today.")
    assert transcript(taken_up.events, "call").endswith(("recently.", "recently?"))
    lost = taken_up.of("AudioLost")[0]
    again = taken_up.of("CaptureStarted")[1]
    assert lost["stop_sample"] == again["start_sample"]
    assert any("killed" in event["problem"] for event in taken_up.of("ProblemReported"))
    wait_until(lambda: taken_up.left_behind() == [])


@pytest.mark.long
def test_a_killed_session_can_be_stored_without_resuming(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(place / "data"))
    asked = ("run", "--source", recording(place), "--answer", "off", "--json")
    with running(*asked, "--store", directory=place) as session:
        kill_after_a_final(session)
    ended = resume(place, "--end", "--store", "--expire", "30d")
    assert ended.returncode == 0, ended.stderr
    (file,) = (place / "data" / "cuecard" / "sessions").glob("*.json")
    assert ".until-" in file.name
    assert "Thanks for joining today." in decode(file.read_bytes()).turns[0].text
    wait_until(lambda: session.left_behind() == [])


@pytest.mark.long
def test_a_killed_session_can_be_saved_without_resuming(place: Path) -> None:
    with running(
        "run", "--source", recording(place), "--answer", "off", "--json", directory=place
    ) as session:
        kill_after_a_final(session)
    file = place / "s.md"
    ended = resume(place, "--end", "--save", str(file))
    assert ended.returncode == 0, ended.stderr
    assert "Thanks for joining today." in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    wait_until(lambda: session.left_behind() == [])
    again = resume(place)
    assert again.returncode == 6
    assert "there is no session to resume" in again.stderr
    assert again.stderr.count("\n") == 1


@pytest.mark.long
@pytest.mark.parametrize(
    "ends",
    ["it is wiped", "its time is over", "it is asked to stop"],
)
def test_a_keeper_does_not_outlive_its_purpose(place: Path, ends: str) -> None:
    (place / "cuecard.toml").write_text(f"[session]\nkeep_s = {0.5 if ends == 'its time is over' else 600}\n")
    arguments = ("--source", recording(place), "--settings", str(place / "cuecard.toml"))
    with running("run", *arguments, "--answer", "off", "--json", directory=place) as session:
        if ends == "its time is over":
            session.wait_for("FinalTranscribed")
            session.process.kill()
        else:
            kill_after_a_final(session)
    if ends == "it is wiped":
        assert resume(place, "--end").returncode == 0
    elif ends == "it is asked to stop":
        psutil.Process(session.pid("keeper")).terminate()
    wait_until(lambda: session.left_behind() == [])


@pytest.mark.long
def test_an_empty_session_is_not_retained(place: Path) -> None:
    soundfile.write(place / "quiet.wav", np.zeros(60 * SAMPLE_RATE, np.int16), SAMPLE_RATE)
    arguments = ("run", "--source", f"mic=file:{place / 'quiet.wav'}", "--answer", "off", "--json")
    with running(*arguments, directory=place) as session:
        session.wait_for("ReplayStarted")
        session.process.kill()
    wait_until(lambda: session.left_behind() == [])
