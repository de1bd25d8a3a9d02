"""Tests of turn ends by voice, with the real model and real speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bus.failures import ModelFailure
from session.models import store
from session.run.start.demo import DEMO
from stt.engines.mel import GrowingMel, MelFrontEnd
from stt.engines.turn_end import TurnEndModel

WEIGHTS = "smart-turn"


@pytest.fixture(scope="module")
def model() -> TurnEndModel:
    return TurnEndModel(store.find(WEIGHTS))


@pytest.mark.parametrize(
    ("source", "start", "stop", "probability"),
    [
        ("call", 16_000, 41_120, 0.988),  # Thanks for joining today.
        ("call", 16_000, 27_760, 0.171),  # Thanks for joi
        ("call", 632_960, 679_360, 0.520),  # … between a process and a thread?
        ("mic", 184_640, 229_120, 0.018),  # I'm a backend engineer with about
        ("mic", 422_720, 481_440, 0.989),  # … from the same Postgres tables.
        ("mic", 1_021_920, 1_104_640, 0.986),  # … refilled at ten per second.
    ],
)
def test_same_probability_as_pipecat(
    model: TurnEndModel, source: str, start: int, stop: int, probability: float
) -> None:
    """The figures were printed by the analyzer of pipecat-ai 1.14.0 for the same samples."""
    samples = soundfile.read(DEMO / f"{source}.flac", dtype="float32")[0]
    # The arithmetic of int8 weights differs between processors.
    assert model.probability(samples[start:stop]) == pytest.approx(probability, abs=0.03)


def test_input_has_the_mean_and_floor_that_whisper_expects(model: TurnEndModel) -> None:
    noise = np.random.default_rng(0).normal(0.1, 0.01, 16_000).astype(np.float32)
    features = model.features(noise)
    assert (features.shape, features.dtype) == ((80, 800), np.float32)
    assert features.max() - features.min() <= 2.0 + 1e-6


def test_only_the_last_8_s_count(model: TurnEndModel) -> None:
    samples = soundfile.read(DEMO / "mic.flac", dtype="float32")[0]
    assert model.probability(samples[:160_000]) == model.probability(samples[32_000:160_000])


def test_turn_is_kept_as_samples() -> None:
    mel = GrowingMel(MelFrontEnd(80), 1000)
    mel.extend(np.arange(600, dtype=np.int16))
    assert mel.waveform(0, 1300).tolist() == pytest.approx((np.arange(300) / 32_768).tolist())
    assert len(mel.waveform(1500, 9000)) == 100


def test_damaged_weights_name_their_repair(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelFailure, match="turn ends cannot be loaded") as raised:
        TurnEndModel(tmp_path / "model.onnx")
    assert "cuecard models pull smart-turn" in raised.value.fix
