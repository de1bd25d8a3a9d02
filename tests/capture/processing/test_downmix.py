"""Tests of the downmix: offset, dead channels, cancellation."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from capture.processing.downmix import Downmix, Frames
from session.run.start.demo import DEMO

RATE = 16_000
Mono = NDArray[np.float32]


@pytest.fixture(scope="module")
def speech() -> Mono:
    samples, _ = soundfile.read(DEMO / "call.flac", frames=6 * RATE, dtype="float32")
    return np.asarray(samples)


def _mixed(channels: list[Mono], block: int = 160, mixer: Downmix | None = None) -> Mono:
    frames: Frames = np.stack(channels, axis=1).astype(np.float32)
    mixer = mixer or Downmix(RATE)
    return np.concatenate([mixer.mix(frames[at : at + block]) for at in range(0, len(frames), block)])


def _loss_db(mixed: Mono, speech: Mono) -> float:
    return float(10 * np.log10(np.sum(speech**2) / np.sum(mixed**2)))


@pytest.mark.parametrize("block", [1, 160, 1_600, 96_000])
def test_one_channel_is_unchanged(speech: Mono, block: int) -> None:
    speech = speech[:4_000] if block == 1 else speech
    np.testing.assert_array_equal(_mixed([speech], block), speech)


def test_equal_channels_become_one(speech: Mono) -> None:
    np.testing.assert_allclose(_mixed([speech] * 2), speech, atol=1e-6)


@pytest.mark.parametrize("block", [160, 512, 1_600])
@pytest.mark.parametrize("gain", [1.0, 0.8, 0.5])
def test_inverted_channels_do_not_cancel(speech: Mono, block: int, gain: float) -> None:
    mixer = Downmix(RATE)
    mixed = _mixed([speech, -gain * speech], block, mixer)
    assert abs(_loss_db(mixed, speech)) < 0.5
    remark = mixer.remark()
    assert remark is not None
    assert "cancel" in remark.problem
    assert mixer.remark() is None


def test_inverted_channels_with_noise_do_not_cancel(speech: Mono) -> None:
    noise = np.random.default_rng(0).normal(0, 0.0005, (2, len(speech))).astype(np.float32)
    assert abs(_loss_db(_mixed([speech + noise[0], noise[1] - speech]), speech)) < 0.5


def test_dead_channel_does_not_lower_the_level(speech: Mono) -> None:
    hiss = np.random.default_rng(0).normal(0, 1e-4, len(speech)).astype(np.float32)
    for dead in (np.zeros_like(speech), hiss):
        assert abs(_loss_db(_mixed([dead, speech]), speech)) < 0.5


def test_dead_channel_with_an_offset_is_dead(speech: Mono) -> None:
    mixed = _mixed([np.full_like(speech, 0.3), speech])
    assert abs(_loss_db(mixed[RATE:], speech[RATE:])) < 0.5
    assert abs(float(mixed.mean())) < 0.003


@pytest.mark.parametrize("channels", [1, 2])
def test_offset_is_removed(speech: Mono, channels: int) -> None:
    mixed = _mixed([speech + 0.2] * channels)
    assert np.abs(mixed[2 * RATE :] - speech[2 * RATE :]).max() < 0.02


def test_speakers_on_both_sides_are_mixed_from_the_start(speech: Mono) -> None:
    quiet = np.zeros_like(speech)
    left = np.concatenate([speech] * 5 + [quiet])
    right = np.concatenate([quiet] * 5 + [speech])
    mixed = _mixed([left, right])
    assert abs(_loss_db(mixed[: len(speech)], speech)) < 0.5
    last = mixed[-len(speech) :]
    assert np.corrcoef(last, speech)[0, 1] > 0.999
    assert _loss_db(last, speech) < 6.5


@pytest.mark.parametrize("live", [1, 3, 8])
def test_one_voice_on_many_channels_is_kept(speech: Mono, live: int) -> None:
    channels = [speech] * live + [np.zeros_like(speech)] * (8 - live)
    assert abs(_loss_db(_mixed(channels), speech)) < 0.5


def test_independent_channels_cause_no_remark() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 10 * RATE)).astype(np.float32)
    mixer = Downmix(RATE)
    _mixed(list(noise), 160, mixer)
    assert mixer.remark() is None
