"""Hotwords on real speech: what sounds like one is spelled so, and those that nobody says are not heard."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from bench.latency.word_errors import plain_words, word_error_rate
from bus.audio import SAMPLE_RATE
from session.models import store
from session.run.demo import DEMO, Turn, script
from stt import hallucination as guard
from stt.device import cpu
from stt.engine import Engine
from stt.settings import SttSettings

PEOPLE = ["Villefort", "Siobhan", "Okonkwo", "Nakamura", "Xiomara", "Raskolnikov", "Thibault", "Krzysztof"]
JARGON = ["Terraform", "Grafana", "RabbitMQ", "Snowflake", "Ansible", "OAuth", "Elasticsearch", "PyTorch"]
MARGIN_S = 0.25


@pytest.fixture(scope="module")
def engine() -> Engine:
    vocabulary = ["Katka", *PEOPLE, *JARGON]
    settings = SttSettings(model_path=str(store.find("base")), device="cpu", vocabulary=vocabulary)
    return Engine(settings, cpu(settings))


def heard(engine: Engine, turn: Turn) -> str:
    samples, _ = soundfile.read(DEMO / f"{turn.source}.flac", dtype="int16")
    start = round((turn.start_s - MARGIN_S) * SAMPLE_RATE)
    stop = round((turn.end_s + MARGIN_S) * SAMPLE_RATE)
    mel = engine.growing_mel(0)
    mel.extend(np.ascontiguousarray(samples[start:stop]))
    return engine.transcribe(mel.features(0, stop - start))[0].text


def test_what_sounds_like_a_hotword_is_spelled_so_and_no_other_is_heard(engine: Engine) -> None:
    turns = script()
    said = [heard(engine, turn) for turn in turns]
    words = set(plain_words(" ".join(said)))
    assert "katka" in words  # Kafka, were it not for the vocabulary
    assert not words & {word.lower() for word in (*PEOPLE, *JARGON)}
    assert word_error_rate([turn.text for turn in turns], said) < 0.05


@pytest.mark.parametrize("loudness", [30, 300, 3000])
def test_noise_is_not_heard_as_hotwords(engine: Engine, loudness: int) -> None:
    noise = np.random.default_rng(loudness).normal(0, loudness, 3 * SAMPLE_RATE).astype(np.int16)
    mel = engine.growing_mel(0)
    mel.extend(noise)
    words, _ = engine.transcribe(mel.features(0, len(noise)))
    assert guard.says_nothing(words, SttSettings())
