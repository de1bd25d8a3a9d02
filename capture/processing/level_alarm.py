"""Decides from measured levels whether a source is digitally silent or clips. Pure."""

from __future__ import annotations

from collections import deque

from bus.audio import SAMPLE_RATE
from bus.messages import LevelAlarm, LevelAlarmed

SILENCE_DBFS = -90.0
"""A microphone in a quiet room is louder; below this it is muted or not connected."""
_SILENT_SAMPLES = round(1.6 * SAMPLE_RATE)
_CLIPPING_DBFS = -0.1
_CLIPPING_MEASUREMENTS = 3
"""Peaks at full scale within the last 5 s from which on the source clips."""
_CLIPPING_WITHIN_SAMPLES = 5 * SAMPLE_RATE


class LevelWatch:
    """Watches one source.

    Args:
        source: The source's name.
        is_microphone: Whether it is never digitally silent while it works; the sound of a call is, when it is
            quiet.
    """

    def __init__(self, source: str, *, is_microphone: bool) -> None:
        self._source, self._is_microphone = source, is_microphone
        self._alarm: LevelAlarm = "none"
        self._silent_samples = 0
        self._measured_samples = 0
        self._clipped: deque[int] = deque()

    def update(self, peak_dbfs: float, samples: int) -> list[LevelAlarmed]:
        """Apply the peak of the next samples, and return the alarm if it has changed."""
        self._measured_samples += samples
        self._silent_samples = self._silent_samples + samples if peak_dbfs <= SILENCE_DBFS else 0
        if peak_dbfs >= _CLIPPING_DBFS:
            self._clipped.append(self._measured_samples)
        while self._clipped and self._measured_samples - self._clipped[0] >= _CLIPPING_WITHIN_SAMPLES:
            self._clipped.popleft()
        alarm = self._current()
        if alarm == self._alarm:
            return []
        self._alarm = alarm
        return [LevelAlarmed(source=self._source, alarm=alarm)]

    def _current(self) -> LevelAlarm:
        if self._is_microphone and self._silent_samples >= _SILENT_SAMPLES:
            return "silent"
        return "clipping" if len(self._clipped) >= _CLIPPING_MEASUREMENTS else "none"
