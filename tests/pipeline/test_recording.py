"""Tests of `--record`, with a real sound server."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bus.audio import SAMPLE_RATE, Samples
from session.decrypting import decrypt
from session.run.start.demo import DEMO
from tests.support import pulse_server as pulse
from tests.support.session_process import Session, running

pytestmark = pytest.mark.skipif(
    bool(pulse.missing_programs()), reason=f"not installed: {', '.join(pulse.missing_programs())}"
)
_PASSPHRASE = "a horse, a battery and a staple"
_PLAYED_S = 4


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("p")


@pytest.fixture
def server(place: Path) -> Iterator[pulse.PulseServer]:
    with pulse.pulse_server(place) as running_server:
        yield running_server


def test_a_recording_is_the_audio_encrypted(server: pulse.PulseServer, place: Path) -> None:
    samples, _ = soundfile.read(DEMO / "call.flac", dtype="int16", stop=_PLAYED_S * SAMPLE_RATE)
    with _recorded(server, place) as session:
        session.wait_for("RecordingStarted")
        session.wait_for("CaptureStarted", 2)
        assert server.play(samples).wait(20) == 0
        session.interrupt()
        assert session.end(20) == 0
    assert b"RIFF" not in (place / "call.age").read_bytes()
    assert b"SECRET" not in (place / "call.key.age").read_bytes()
    mic, call, whole = _decrypted(place)
    assert whole
    assert len(mic) == len(call)
    assert _similarity(call, samples) > 0.9
    assert session.of("ConsentGiven")[0]["recorded"]
    sandbox = next(each["sandbox"] for each in session.of("StageReady") if each["stage"] == "recorder")
    assert "no internet sockets" in sandbox
    assert "call.age" in session.errors.decode()
    assert "call.key.age" in session.errors.decode()


@pytest.mark.long
def test_a_killed_recorder_leaves_what_it_recorded(server: pulse.PulseServer, place: Path) -> None:
    samples, _ = soundfile.read(DEMO / "call.flac", dtype="int16", stop=_PLAYED_S * SAMPLE_RATE)
    with _recorded(server, place) as session:
        session.wait_for("RecordingStarted")
        session.wait_for("CaptureStarted", 2)
        assert server.play(samples).wait(20) == 0
        os.kill(session.pid("recorder"), signal.SIGKILL)
        session.wait_for("StageGivenUp")
        session.interrupt()
        assert session.end(20) == 7, "it says that a stage was lost"
    _, call, whole = _decrypted(place)
    assert not whole
    assert len(call) > SAMPLE_RATE, "all but the last block of 64 KiB"


def _recorded(server: pulse.PulseServer, place: Path) -> AbstractContextManager[Session]:
    passphrase = place / "passphrase"
    passphrase.write_text(f"{_PASSPHRASE}\n")
    sources = ("--source", "mic=default", "--source", "call=monitor")
    arguments = (
        "run",
        *sources,
        "--consent",
        "--answer",
        "off",
        "--json",
        "--record",
        str(place / "call.age"),
    )
    environment = {**server.environment, "XDG_STATE_HOME": str(place), "CUECARD_MODELS_DIR": str(_models())}
    return running(*arguments, "--passphrase-file", str(passphrase), directory=place, environment=environment)


def _decrypted(place: Path) -> tuple[Samples, Samples, bool]:
    """Return the recorded samples of microphone and call, and whether they are all there."""
    files, whole = decrypt(place / "call.age", place / "passphrase")
    assert [file.name for file in files] == ["call mic.wav", "call call.wav"]
    mic, call = (soundfile.read(file, dtype="int16")[0] for file in files)
    return mic, call, whole


def _similarity(recorded: Samples, played: Samples) -> float:
    """Return the highest normalized correlation of what was played with a stretch of the recording."""
    one, two = recorded.astype(float), played.astype(float)
    size = 1 << (len(one) + len(two)).bit_length()
    found = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(two, size)))
    at = int(np.argmax(found[: len(one)]))
    part = one[at : at + len(two)]
    return float(found[at] / (np.linalg.norm(part) * np.linalg.norm(two)))


def _models() -> Path:
    from session.models import store

    return store.models_directory()
