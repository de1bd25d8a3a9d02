"""Tests of the resampler: frequency, position, length, latency."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.processing.resampling import Mono, Resampler

RATES = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000]


def _resampled(samples: Mono, rate_hz: int, piece: int = 441) -> Mono:
    resampler = Resampler(rate_hz)
    pieces = [resampler.feed(samples[at : at + piece]) for at in range(0, len(samples), piece)]
    return np.concatenate([*pieces, resampler.finish()])


def _tone(frequency_hz: float, rate_hz: int, seconds: float) -> Mono:
    times_s = np.arange(round(rate_hz * seconds)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * frequency_hz * times_s)).astype(np.float32)


def _power(samples: Mono) -> float:
    return float(np.mean(np.square(samples)))


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("frequency_hz", [100.0, 1000.0, 3300.0])
def test_tone_keeps_its_frequency_and_position(rate_hz: int, frequency_hz: float) -> None:
    output = _resampled(_tone(frequency_hz, rate_hz, 1.0), rate_hz)
    error = output - _tone(frequency_hz, 16_000, 1.0)
    inside = slice(200, -200)
    assert _power(error[inside]) < 1e-7 * _power(output[inside])


@pytest.mark.parametrize("rate_hz", [rate for rate in RATES if rate > 20_000])
def test_frequencies_above_8_khz_do_not_alias(rate_hz: int) -> None:
    output = _resampled(_tone(9_500.0, rate_hz, 1.0), rate_hz)
    assert _power(output[200:-200]) < 1e-7


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_output_agrees_with_soxr(rate_hz: int) -> None:
    noise = np.random.default_rng(5).normal(0, 0.1, rate_hz).astype(np.float32)
    low = soxr.resample(soxr.resample(noise, rate_hz, 12_000, "VHQ"), 12_000, rate_hz, "VHQ")
    reference = soxr.resample(low, rate_hz, 16_000, "VHQ")
    output = _resampled(low, rate_hz)
    count = min(len(output), len(reference))
    error = (output[:count] - reference[:count])[400:-400]
    assert _power(error) < 1e-5 * _power(reference)


@settings(max_examples=40, deadline=None)
@given(
    rate_hz=st.sampled_from([*RATES, 7_999, 12_345, 192_000]),
    pieces=st.lists(st.integers(0, 700), min_size=1, max_size=12),
)
def test_piece_size_does_not_change_output_or_length(rate_hz: int, pieces: list[int]) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, sum(pieces)).astype(np.float32)
    resampler, at, output = Resampler(rate_hz), 0, []
    for piece in pieces:
        output.append(resampler.feed(samples[at : at + piece]))
        at += piece
    output.append(resampler.finish())
    whole = Resampler(rate_hz)
    expected = np.concatenate([whole.feed(samples), whole.finish()])
    np.testing.assert_allclose(np.concatenate(output), expected, atol=1e-6)
    assert len(expected) == -(-len(samples) * 16_000 // rate_hz)


@pytest.mark.parametrize("rate_hz", RATES)
def test_latency_is_at_most_4_ms(rate_hz: int) -> None:
    resampler, fed, made = Resampler(rate_hz), 0, 0
    for _ in range(50):
        fed += rate_hz // 100
        made += len(resampler.feed(np.zeros(rate_hz // 100, np.float32)))
        assert fed / rate_hz - made / 16_000 <= 0.0041


def test_samples_at_16_khz_are_unchanged() -> None:
    samples = np.random.default_rng(2).normal(0, 0.1, 1000).astype(np.float32)
    np.testing.assert_array_equal(_resampled(samples, 16_000), samples)
