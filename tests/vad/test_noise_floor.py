"""Tests of the detection of sound above the noise floor, on noise and real speech."""

from __future__ import annotations

import numpy as np
import pytest

from bus.audio import Samples
from tests.support.audio_session import demo_speech
from vad.loudness import AutomaticGain
from vad.noise_floor import SoundDetector

WINDOW = 512
SECONDS = 9.0


def _sounds(samples: Samples, detector: SoundDetector | None = None) -> list[bool]:
    detector, gain = detector or SoundDetector(WINDOW), AutomaticGain()
    windows = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)
    return [detector.detect(window, gain(window)) for window in windows]


def _hiss(rms: float, seconds: float = SECONDS) -> Samples:
    return np.random.default_rng(0).normal(0, rms, round(seconds * 16_000)).astype(np.int16)


@pytest.mark.parametrize("rms", [0, 1, 30, 1000])
def test_steady_noise_and_silence_are_not_sound(rms: float) -> None:
    assert not any(_sounds(_hiss(rms)))


@pytest.mark.parametrize("gain_db", [0, -20, -30])
def test_speech_stands_above_the_floor_at_any_loudness(gain_db: float) -> None:
    gain = 10 ** (gain_db / 20)
    speech = (demo_speech("call", SECONDS) * gain).astype(np.int16)
    with_lead = np.concatenate((_hiss(30 * gain, 2.0), speech + _hiss(30 * gain)[: len(speech)]))
    sounds = _sounds(with_lead)
    assert not any(sounds[:60])
    assert 0.2 < np.mean(sounds[62:]) < 0.95


def test_louder_noise_becomes_the_floor() -> None:
    sounds = _sounds(np.concatenate((_hiss(10), _hiss(1000, 20.0))))
    assert not any(sounds[-300:])


def test_reset_detector_has_no_memory() -> None:
    detector = SoundDetector(WINDOW)
    first = _sounds(demo_speech("call", SECONDS), detector)
    detector.reset()
    assert _sounds(demo_speech("call", SECONDS), detector) == first
