"""Tests of what a measured level means."""

from __future__ import annotations

import numpy as np
import pytest

from bus.audio import Samples
from capture.level_test import judged

RATE_HZ = 48_000


def _tone(amplitude: float) -> Samples:
    wave = np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ) * amplitude
    return np.clip(wave, -32_768, 32_767).astype(np.int16)


@pytest.mark.parametrize(
    ("amplitude", "verdict"), [(0, "silent"), (60, "quiet"), (6_000, "good"), (90_000, "clips")]
)
def test_level_is_judged(amplitude: float, verdict: str) -> None:
    assert judged(_tone(amplitude), RATE_HZ).verdict == verdict


def test_word_between_silences_counts() -> None:
    samples = np.concatenate((_tone(0), _tone(6_000)[: RATE_HZ // 10], _tone(0)))
    assert judged(samples, RATE_HZ).verdict == "good"


def test_single_peak_is_no_clipping() -> None:
    samples = _tone(6_000)
    samples[100] = 32_767
    assert judged(samples, RATE_HZ).verdict == "good"
