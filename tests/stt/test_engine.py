from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bench.latency.word_errors import word_error_rate
from bus.audio import SAMPLE_RATE, Samples
from bus.failures import ModelFailure, SettingsFailure
from session.models import store
from session.run.demo import DEMO, script
from stt import hallucination as guard
from stt.device import cpu
from stt.engine import Abandoned, Engine
from stt.loading import load
from stt.mel import Features
from stt.settings import SttSettings


def settings(model: str = "base", **changes: str) -> SttSettings:
    return SttSettings(model=model, model_path=str(store.find(model)), device="cpu", **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(settings(), cpu(settings()))


def features(engine: Engine, samples: Samples) -> Features:
    mel = engine.growing_mel(0)
    mel.extend(samples)
    return mel.features(0, len(samples))


def spoken() -> list[tuple[str, Samples]]:
    """Return what is said in the demo, with its sound."""
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


def test_real_speech_through_fitted_windows_is_understood(engine: Engine) -> None:
    truth, said = [], []
    for text, samples in spoken():
        heard, _ = engine.transcribe(features(engine, samples))
        assert heard.window_s < 30
        assert not guard.says_nothing(heard, settings())
        truth.append(text)
        said.append(heard.text)
    assert word_error_rate(truth, said) < 0.05


def test_a_long_sentence_is_not_cut_short_by_the_token_limit(engine: Engine) -> None:
    text, samples = max(spoken(), key=lambda each: len(each[0]))
    heard, _ = engine.transcribe(features(engine, samples))
    assert heard.text.split()[-1].strip(".").lower() == text.split()[-1].strip(".").lower()


def test_words_before_are_context_and_are_not_said_again(engine: Engine) -> None:
    text, samples = max(spoken(), key=lambda each: len(each[0]))
    heard, _ = engine.transcribe(features(engine, samples), "We were talking about the rate limiter. " * 12)
    assert word_error_rate([text], [heard.text]) < 0.1


def test_a_pass_that_nobody_wants_is_left(engine: Engine) -> None:
    _, samples = spoken()[0]
    asked: list[bool] = []

    def at_the_second_seam() -> bool:
        asked.append(True)
        return len(asked) == 2

    with pytest.raises(Abandoned):
        engine.transcribe(features(engine, samples), abandoned=at_the_second_seam)
    assert len(asked) == 2, "it was left after encoding, before decoding"


def test_an_english_model_works_too() -> None:
    tiny = Engine(settings("tiny.en"), cpu(settings("tiny.en")))
    text, samples = spoken()[4]
    assert word_error_rate([text], [tiny.transcribe(features(tiny, samples))[0].text]) < 0.2


@pytest.mark.parametrize("loudness", [0, 3, 300])
def test_silence_and_hiss_say_nothing(engine: Engine, loudness: int) -> None:
    hiss = np.random.default_rng(1).integers(-loudness, loudness + 1, 3 * SAMPLE_RATE).astype(np.int16)
    assert guard.says_nothing(engine.transcribe(features(engine, hiss))[0], settings())


@pytest.mark.parametrize("samples", [400, 1_600, 40 * SAMPLE_RATE])
def test_any_length_is_taken(engine: Engine, samples: int) -> None:
    heard, _ = engine.transcribe(features(engine, np.zeros(samples, np.int16)))
    assert guard.says_nothing(heard, settings())


def test_a_language_the_model_does_not_know_is_said() -> None:
    with pytest.raises(SettingsFailure, match="xx"):
        Engine(settings(language="xx"), cpu(settings()))


def test_the_language_can_be_heard() -> None:
    engine = Engine(settings(language="auto"), cpu(settings()))
    text, samples = spoken()[4]
    assert word_error_rate([text], [engine.transcribe(features(engine, samples))[0].text]) < 0.2


@pytest.mark.parametrize("how", ["missing", "truncated", "garbage"])
def test_weights_that_cannot_be_used_are_answered_with_the_command(tmp_path: Path, how: str) -> None:
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
        Engine(broken, cpu(broken))


def test_cuda_that_is_demanded_and_not_there_is_said() -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has CUDA")
    demanded = SttSettings(model_path=str(store.find("tiny.en")), device="cuda")
    with pytest.raises(ModelFailure, match="CUDA was asked for"):
        load(demanded, report=lambda failure: None)
