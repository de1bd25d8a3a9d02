"""Weights that are damaged during a session."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from session.models import store
from session.run.start.demo import DEMO
from tests.support.session_log import check_log
from tests.support.session_process import running


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with a copy of the weights."""
    place = tmp_path_factory.mktemp("w")
    shutil.copytree(store.models_directory() / "tiny.en", place / "tiny.en")
    return place


@pytest.mark.long
def test_damaged_weights_affect_only_a_restart(place: Path) -> None:
    source = f"call=file:{DEMO / 'call.flac'}"
    arguments = ("run", "--source", source, "--model", "tiny.en", "--answer", "off", "--json")
    with running(*arguments, directory=place, environment={"CUECARD_MODELS_DIR": str(place)}) as session:
        session.wait_for("SpeechStarted")
        os.truncate(place / "tiny.en" / "model.bin", 10_000)
        assert len(session.wait_for("FinalTranscribed", 2)) == 2, "what is loaded goes on"
        os.kill(session.pid("stt"), signal.SIGKILL)
        (given_up,) = session.wait_for("StageGivenUp")
        assert given_up["stage"] == "stt"
        assert "tiny.en" in given_up["cause"]
        assert given_up["fix"] == "run `cuecard models pull tiny.en`"
        session.interrupt()
        assert session.end(20) == 7
    assert session.left_behind() == []


@pytest.mark.long
def test_a_recording_ends_when_the_transcriber_is_given_up(
    place: Path,
) -> None:
    source, saved = f"call=file:{DEMO / 'call.flac'}", place / "saved.md"
    arguments = (
        "run",
        "--source",
        source,
        "--model",
        "tiny.en",
        "--answer",
        "off",
        "--pace",
        "fast",
        "--json",
    )
    environment = {"CUECARD_MODELS_DIR": str(place)}
    with running(*arguments, "--save", str(saved), directory=place, environment=environment) as session:
        session.wait_for("SpeechStarted")
        os.truncate(place / "tiny.en" / "model.bin", 10_000)
        os.kill(session.pid("stt"), signal.SIGKILL)
        session.wait_for("StageGivenUp")
        session.end(60)
    check_log(session.events)
    started = {event["utterance"] for event in session.of("SpeechStarted")}
    lost = {event["utterance"] for event in session.of("UtteranceLost")}
    assert session.of("SessionEnding")[0]["cause"] == "the recordings ended"
    assert len(started) > 2
    assert started == lost | {event["utterance"] for event in session.of("FinalTranscribed")}
    assert f"{len(lost)} utterances".encode() in session.errors
    assert "was lost before it could be transcribed" in saved.read_text()
