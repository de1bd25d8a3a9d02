"""Tests of hotwords on real speech and on noise."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from bus.audio import SAMPLE_RATE
from livebench.scoring.words import plain_words, word_error_rate
from session.models import store
from session.run.start.demo import DEMO, Turn, script
from stt.engines.device import cpu
from stt.engines.engine import Request
from stt.engines.hallucination import is_hallucination
from stt.engines.whisper import WhisperEngine
from stt.settings import SttSettings

PEOPLE = ["Villefort", "Siobhan", "Okonkwo", "Nakamura", "Xiomara", "Raskolnikov", "Thibault", "Krzysztof"]
JARGON = ["Terraform", "Grafana", "RabbitMQ", "Snowflake", "Ansible", "OAuth", "Elasticsearch", "PyTorch"]
MARGIN_S = 0.25


@pytest.fixture(scope="module")
def engine() -> WhisperEngine:
    vocabulary = ["Katka", *PEOPLE, *JARGON]
    settings = SttSettings(model_path=str(store.find("base")), device="cpu", vocabulary=vocabulary)
    return WhisperEngine(settings, cpu(settings))


def decoded(engine: WhisperEngine, turn: Turn) -> str:
    samples, _ = soundfile.read(DEMO / f"{turn.source}.flac", dtype="int16")
    start = round((turn.start_s - MARGIN_S) * SAMPLE_RATE)
    stop = round((turn.end_s + MARGIN_S) * SAMPLE_RATE)
    mel = engine.growing_mel(0)
    mel.extend(np.ascontiguousarray(samples[start:stop]))
    return engine.transcribe(Request(mel.features(0, stop - start)))[0].text


@pytest.mark.long
def test_only_spoken_hotwords_are_transcribed(engine: WhisperEngine) -> None:
    turns = script()
    texts = [decoded(engine, turn) for turn in turns]
    words = set(plain_words(" ".join(texts)))
    assert "katka" in words  # Kafka, were it not for the vocabulary
    assert not words & {word.lower() for word in (*PEOPLE, *JARGON)}
    assert word_error_rate([turn.text for turn in turns], texts) < 0.05


@pytest.mark.parametrize("loudness", [30, 300, 3000])
def test_noise_is_not_transcribed_as_hotwords(engine: WhisperEngine, loudness: int) -> None:
    noise = np.random.default_rng(loudness).normal(0, loudness, 3 * SAMPLE_RATE).astype(np.int16)
    mel = engine.growing_mel(0)
    mel.extend(noise)
    words, _ = engine.transcribe(Request(mel.features(0, len(noise))))
    assert is_hallucination(words, SttSettings())
