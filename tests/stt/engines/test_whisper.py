"""Tests of the Whisper engine on real weights and real speech."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import ModelFailure, SettingsFailure
from livebench.scoring.words import word_error_rate
from session.models import store
from session.run.start.demo import DEMO, script
from stt.engines.cuda_fallback import load
from stt.engines.device import cpu
from stt.engines.engine import PassCancelled, Request
from stt.engines.hallucination import is_hallucination
from stt.engines.mel import Features
from stt.engines.whisper import WhisperEngine
from stt.settings import SttSettings


def settings(model: str = "base", **changes: str) -> SttSettings:
    return SttSettings(model=model, model_path=str(store.find(model)), device="cpu", **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def engine() -> WhisperEngine:
    return WhisperEngine(settings(), cpu(settings()))


def features(engine: WhisperEngine, samples: Samples) -> Features:
    mel = engine.growing_mel(0)
    mel.extend(samples)
    return mel.features(0, len(samples))


def spoken() -> list[tuple[str, Samples]]:
    """Return the text and audio of each turn of the demo."""
    recordings = {name: soundfile.read(DEMO / f"{name}.flac", dtype="int16")[0] for name in ("call", "mic")}
    margin = 0.25
    return [
        (
            turn.text,
            recordings[turn.source][
                round((turn.start_s - margin) * SAMPLE_RATE) : round((turn.end_s + margin) * SAMPLE_RATE)
            ],
        )
        for turn in script()
    ]


@pytest.mark.long
def test_fitted_windows_transcribe_real_speech(engine: WhisperEngine) -> None:
    truth, texts = [], []
    for text, samples in spoken():
        decoded, _ = engine.transcribe(Request(features(engine, samples)))
        assert decoded.window_s < 30
        assert not is_hallucination(decoded, settings())
        truth.append(text)
        texts.append(decoded.text)
    assert word_error_rate(truth, texts) < 0.05


def test_token_limit_does_not_cut_a_long_sentence(engine: WhisperEngine) -> None:
    text, samples = max(spoken(), key=lambda each: len(each[0]))
    decoded, _ = engine.transcribe(Request(features(engine, samples)))
    assert decoded.text.split()[-1].strip(".").lower() == text.split()[-1].strip(".").lower()


def test_previous_text_is_context_and_not_repeated(engine: WhisperEngine) -> None:
    text, samples = max(spoken(), key=lambda each: len(each[0]))
    decoded, _ = engine.transcribe(
        Request(features(engine, samples), "We were talking about the rate limiter. " * 12)
    )
    assert word_error_rate([text], [decoded.text]) < 0.1


def test_cancelled_pass_stops_before_decoding(engine: WhisperEngine) -> None:
    _, samples = spoken()[0]
    checks: list[bool] = []

    def on_second_check() -> bool:
        checks.append(True)
        return len(checks) == 2

    with pytest.raises(PassCancelled):
        engine.transcribe(Request(features(engine, samples)), is_cancelled=on_second_check)
    assert len(checks) == 2, "it stopped after encoding, before decoding"


def test_english_only_model_works() -> None:
    tiny = WhisperEngine(settings("tiny.en"), cpu(settings("tiny.en")))
    text, samples = spoken()[4]
    assert word_error_rate([text], [tiny.transcribe(Request(features(tiny, samples)))[0].text]) < 0.2


@pytest.mark.parametrize("loudness", [0, 3, 300])
def test_silence_and_hiss_have_no_words(engine: WhisperEngine, loudness: int) -> None:
    hiss = np.random.default_rng(1).integers(-loudness, loudness + 1, 3 * SAMPLE_RATE).astype(np.int16)
    assert is_hallucination(engine.transcribe(Request(features(engine, hiss)))[0], settings())


@pytest.mark.parametrize("samples", [400, 1_600, 40 * SAMPLE_RATE])
def test_any_length_is_accepted(engine: WhisperEngine, samples: int) -> None:
    decoded, _ = engine.transcribe(Request(features(engine, np.zeros(samples, np.int16))))
    assert is_hallucination(decoded, settings())


def test_unsupported_language_is_named() -> None:
    with pytest.raises(SettingsFailure, match="xx"):
        WhisperEngine(settings(language="xx"), cpu(settings()))


def test_language_is_detected() -> None:
    engine = WhisperEngine(settings(language="auto"), cpu(settings()))
    text, samples = spoken()[4]
    assert word_error_rate([text], [engine.transcribe(Request(features(engine, samples)))[0].text]) < 0.2


@pytest.mark.parametrize("how", ["missing", "truncated", "garbage"])
def test_unusable_weights_name_the_fix_command(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "tiny.en"
    shutil.copytree(store.find("tiny.en"), folder)
    weights = folder / "model.bin"
    if how == "missing":
        weights.unlink()
    elif how == "truncated":
        weights.write_bytes(weights.read_bytes()[:1_000_000])
    else:
        weights.write_bytes(b"x" * 1000)
    broken = SttSettings(model="tiny.en", model_path=str(folder), device="cpu")
    with pytest.raises(ModelFailure, match=r"cuecard models pull tiny\.en"):
        WhisperEngine(broken, cpu(broken))


def test_requested_cuda_that_is_missing_is_reported() -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has CUDA")
    requested = SttSettings(model_path=str(store.find("tiny.en")), device="cuda")
    with pytest.raises(ModelFailure, match="CUDA was requested"):
        load(requested, report=lambda failure: None)
