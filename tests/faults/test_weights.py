"""Weights that are damaged while a session uses them."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from session.demonstration import DEMO
from session.models import store
from tests.pipeline.running import running


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with weights of its own."""
    place = tmp_path_factory.mktemp("w")
    shutil.copytree(store.models_directory() / "tiny.en", place / "tiny.en")
    return place


def test_weights_that_are_damaged_in_mid_session_matter_only_to_a_new_start(place: Path) -> None:
    source = f"call=file:{DEMO / 'call.flac'}"
    arguments = ("run", "--source", source, "--model", "tiny.en", "--answer", "off", "--json")
    with running(*arguments, directory=place, environment={"CUECARD_MODELS_DIR": str(place)}) as session:
        session.wait_for("SpeechStarted")
        os.truncate(place / "tiny.en" / "model.bin", 10_000)
        assert len(session.wait_for("TranscriptFinished", 2)) == 2, "what is loaded goes on"
        os.kill(session.pid("stt"), signal.SIGKILL)
        (given_up,) = session.wait_for("StageGivenUp")
        assert given_up["stage"] == "stt"
        assert "tiny.en" in given_up["cause"]
        assert given_up["todo"] == "run `cuecard models pull tiny.en`"
        session.interrupt()
        assert session.end(20) == 7
    assert session.left_behind() == []
