"""Tests of the alarms for digital silence and clipping."""

from __future__ import annotations

from bus.audio import SAMPLE_RATE
from capture.processing.level_alarm import LevelWatch

_STEP = SAMPLE_RATE // 5
_SILENT, _ROOM, _FULL = -120.0, -60.0, 0.0


def _alarms(*peaks_dbfs: float, is_microphone: bool = True) -> list[tuple[float, str]]:
    """Return each alarm with its time in seconds; five peaks make a second."""
    watch = LevelWatch("mic", is_microphone=is_microphone)
    return [
        ((at + 1) / 5, event.alarm)
        for at, peak in enumerate(peaks_dbfs)
        for event in watch.update(peak, _STEP)
    ]


def test_a_muted_microphone_is_reported_within_two_seconds_and_its_end_at_once() -> None:
    assert _alarms(*[_ROOM] * 5, *[_SILENT] * 20, *[_ROOM] * 5) == [(2.6, "silent"), (5.2, "none")]


def test_a_microphone_that_is_silent_from_the_beginning_is_reported() -> None:
    assert _alarms(*[_SILENT] * 20) == [(1.6, "silent")]


def test_a_call_may_be_silent() -> None:
    assert _alarms(*[_SILENT] * 50, is_microphone=False) == []


def test_a_quiet_room_and_a_short_gap_are_no_fault() -> None:
    assert _alarms(*([_ROOM] + [_SILENT] * 5) * 10) == []


def test_clipping_is_over_when_peaks_are_lower() -> None:
    assert _alarms(_FULL, _ROOM, _FULL, *[_ROOM] * 30) == []
    assert _alarms(*[_FULL] * 3, *[_ROOM] * 30) == [(0.6, "clipping"), (5.2, "none")]
