"""Long silence: no words, and no passes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bus.audio import SAMPLE_RATE
from tests.support.session_process import running

MINUTES = 2


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("q")


@pytest.mark.long
def test_minutes_of_silence_cost_no_pass(place: Path) -> None:
    recording = place / "silence.flac"
    soundfile.write(recording, np.zeros(MINUTES * 60 * SAMPLE_RATE, np.int16), SAMPLE_RATE)
    source = f"mic=file:{recording}"
    asked = ("run", "--source", source, "--model", "tiny.en", "--pace", "fast", "--answer", "off", "--json")
    with running(*asked, directory=place) as session:
        assert session.end() == 0
    (ended,) = session.of("DetectionEnded")
    assert ended["stop_sample"] >= MINUTES * 60 * SAMPLE_RATE, "all of it was listened to"
    assert not session.of("SpeechStarted") + session.of("PartialTranscribed") + session.of("FinalTranscribed")
