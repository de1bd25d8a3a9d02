"""Evaluation of a long session: lines through memory, positions on the clock."""

from __future__ import annotations

import numpy as np
import pytest

from bench.faults.drift import Line, Sample, evaluate
from bench.harness.consumer import Received
from bus.audio import SAMPLE_RATE

EVERY_S = 100.0


def _received(at_h: float, source: str, moved_s: float) -> Received:
    quiet = round((at_h * 3600 // EVERY_S * EVERY_S + 5.0 + moved_s) * SAMPLE_RATE)
    event = {"type": "SpeechEnded", "source": source, "quiet_sample": quiet}
    return Received(round(at_h * 3600e9 / 50), event)


def _session(moved_s_an_hour: float) -> list[Received]:
    hours = np.arange(0.01, 8.0, 0.05)
    started = Received(0, {"type": "CaptureStarted", "source": "mic"})
    return [
        started,
        *(_received(at_h, source, at_h * moved_s_an_hour) for at_h in hours for source in ("call", "mic")),
    ]


def _samples(grown_mb_an_hour: float) -> list[Sample]:
    chance = np.random.default_rng(2)
    return [
        Sample(at_h, {"hub": 30 + grown_mb_an_hour * at_h + chance.normal(0, 0.2)}, 40, 9)
        for at_h in np.arange(0.0, 8.0, 0.02)
    ]


def test_a_slope_comes_with_its_error() -> None:
    line = Line.through([0, 1, 2, 3], [1.0, 3.1, 4.9, 7.0])
    assert line.slope == pytest.approx(1.98)
    assert 0 < line.error < 0.1
    assert np.isnan(Line.through([0, 1], [0, 1]).slope)


@pytest.mark.parametrize("growth", [0.0, 2.5])
def test_growth_of_memory_is_found(growth: float) -> None:
    figures = evaluate(_session(0.0), _samples(growth), EVERY_S)
    assert figures["memory_mb_an_hour"] == pytest.approx(growth, abs=0.05)
    assert figures["memory_mb_an_hour_error"] < 0.05  # type: ignore[operator]
    assert figures["speed"] == pytest.approx(50, rel=0.05)
    assert (figures["descriptors_grown"], figures["threads_grown"]) == (0, 0)


def test_what_moves_on_the_clock_is_found() -> None:
    assert evaluate(_session(0.0), _samples(0.0), EVERY_S)["mic_moved_ms"] == pytest.approx(0.0, abs=0.01)
    assert evaluate(_session(0.010), _samples(0.0), EVERY_S)["mic_moved_ms"] == pytest.approx(79.5, abs=1.0)
