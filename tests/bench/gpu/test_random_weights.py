"""Random weights: their size is the real one, and passes write real numbers of tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.gpu.card import on
from bench.gpu.passes import interview
from bench.gpu.random_weights import Shape, with_random_weights, write_random
from session.models import store
from session.models.catalogue import CATALOGUE

BASE = Shape(mels=80, width=512, heads=8, encoder_layers=6, decoder_layers=6, tokens=51_865)
SMALL_OF_THE_LARGE = Shape(mels=128, width=64, heads=2, encoder_layers=2, decoder_layers=1, tokens=51_866)


def test_a_random_base_is_as_large_as_the_real_one(tmp_path: Path) -> None:
    write_random(BASE, tmp_path, store.find("base"))
    real = next(file for file in CATALOGUE["base"].files if file.name == "model.bin")
    size_bytes = (tmp_path / "model.bin").stat().st_size
    assert size_bytes == pytest.approx(real.size_bytes, rel=2e-3), "equal biases are stored once"


def test_a_pass_writes_as_many_tokens_as_the_words_have(tmp_path: Path) -> None:
    write_random(SMALL_OF_THE_LARGE, tmp_path, store.find("base"))
    speech = interview(3)
    transcribe = with_random_weights(tmp_path, on("cpu", "int8", 1), speech)
    assert [transcribe(number) for number in range(3)] == [""] * 3, "or it raises an error"
