"""Adapters with the real systems, where `livebench install` has put them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pytest
import soundfile

import session
from livebench import trials
from livebench.playing import sender
from livebench.systems.catalogue import chosen
from livebench.systems.installing import is_installed
from livebench.trials import Comparison
from session.models import store

pytestmark = pytest.mark.long

HOMES = [
    Path(platformdirs.user_cache_dir("livebench", appauthor=False)) / "systems",
    Path(platformdirs.user_cache_dir("cuecard", appauthor=False)) / "peers",
]
RECORDING = Path(session.__file__).parent / "demo" / "call.flac"


def _lines(name: str, pcm: Path, *, live: bool) -> list[dict[str, Any]]:
    """Send the start of the interview's call, two turns, in real time or at once."""
    [system] = chosen([name])
    homes = next((each for each in HOMES if is_installed(each, system.home)), None)
    if not homes:
        pytest.skip(f"needs `livebench install {system.home}`")
    samples, _ = soundfile.read(RECORDING, dtype="int16", frames=10 * 16000)
    command = trials.command_of(Comparison([system], homes, store.find("tiny.en"), homes), system)
    pcm.write_bytes(np.asarray(samples).astype("<i2").tobytes())
    with subprocess.Popen(
        [*command, *system.arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=trials.ADAPTERS.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as program:
        assert program.stdin
        assert program.stdout
        ready = program.stdout.readline()
        if live:
            subprocess.run(
                [sys.executable, sender.__file__, str(pcm)], stdout=program.stdin, timeout=60, check=True
            )
        else:
            program.stdin.write(pcm.read_bytes())
        printed, _ = program.communicate(timeout=100)
    assert program.returncode == 0
    return [json.loads(line) for line in (ready + printed).splitlines()]


@pytest.mark.parametrize("name", ["whispercpp-vad", "transcribe-cpp", "sherpa-onnx"])
def test_a_transcriber_prints_the_words(name: str, tmp_path: Path) -> None:
    lines = _lines(name, tmp_path / "call.pcm", live=False)
    assert lines[0] == {"type": "ready"}
    words = " ".join(line["text"] for line in lines if line["type"] == "final").lower()
    assert "joining today" in words
    assert "working on recently" in words


@pytest.mark.parametrize("name", ["livekit"])
def test_a_turn_detector_prints_the_end_of_each_turn(name: str, tmp_path: Path) -> None:
    lines = _lines(name, tmp_path / "call.pcm", live=True)  # its silences are those of the clock
    assert [line["type"] for line in lines] == ["ready", "turn_end", "turn_end"]
