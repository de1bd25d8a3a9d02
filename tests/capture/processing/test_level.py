"""Tests of the level meter."""

from __future__ import annotations

import numpy as np
import pytest

from bus.audio import Samples
from bus.messages import LevelMeasured
from capture.processing.level import SILENT_DBFS, LevelMeter, level


@pytest.mark.parametrize(
    ("samples", "rms_dbfs", "peak_dbfs"),
    [
        (np.full(160, -32768), 0.0, 0.0),
        (np.full(160, 3277), -20.0, -20.0),
        (np.zeros(160), SILENT_DBFS, SILENT_DBFS),
        (np.zeros(0), SILENT_DBFS, SILENT_DBFS),
        (np.tile([0, 32767], 80), -3.0, 0.0),
    ],
)
def test_level_is_in_dbfs(samples: Samples, rms_dbfs: float, peak_dbfs: float) -> None:
    assert level(samples.astype(np.int16)) == pytest.approx((rms_dbfs, peak_dbfs), abs=0.06)


def _measured(pieces: list[Samples]) -> list[LevelMeasured]:
    meter, stop, measured = LevelMeter("mic"), 0, []
    for piece in pieces:
        stop += len(piece)
        measured += meter.update(piece, stop)
    return measured


def test_level_is_published_five_times_a_second() -> None:
    noise = np.random.default_rng(0).normal(0, 300, (100, 160)).astype(np.int16)
    measured = _measured(list(noise))
    assert [event.stop_sample for event in measured] == [3_200, 6_400, 9_600, 12_800, 16_000]


def test_silence_and_its_end_are_each_published_once() -> None:
    silence, sound = np.zeros(3_200, np.int16), np.full(3_200, 1_000, np.int16)
    measured = _measured([sound, silence, silence, silence, sound, silence])
    assert [event.peak_dbfs == SILENT_DBFS for event in measured] == [False, True, False, True]


def test_quiet_room_is_quiet() -> None:
    meter = LevelMeter("mic")
    meter.update(np.full(3_200, 8_000, np.int16), 3_200)
    assert not meter.quiet
    meter.update(np.full(3_200, 40, np.int16), 6_400)
    assert meter.quiet
