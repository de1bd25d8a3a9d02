"""Decides from levels whether there was speech or a test sound. Pure."""

from __future__ import annotations

from collections import deque

from capture.processing.level import SILENT_DBFS

_FLOOR_READINGS = 30
_LOUD_READINGS, _OF_READINGS = 3, 6
_ABOVE_FLOOR_DB = 12.0
_LEAST_DBFS = -50.0


class Hearing:
    """Readings of one source, ten a second."""

    def __init__(self) -> None:
        self._readings: deque[float] = deque(maxlen=_FLOOR_READINGS)
        self.heard = False

    def apply(self, dbfs: float) -> bool:
        """Apply a reading, and return whether a sound was heard since the last `restart`.

        A sound is 12 dB above the quietest reading of the last three seconds, in three of six readings.
        """
        self._readings.append(dbfs)
        floor = max(min(self._readings), SILENT_DBFS)
        least = max(floor + _ABOVE_FLOOR_DB, _LEAST_DBFS)
        recent = list(self._readings)[-_OF_READINGS:]
        self.heard = self.heard or sum(reading >= least for reading in recent) >= _LOUD_READINGS
        return self.heard

    def restart(self) -> None:
        """Forget that something was heard; the floor stays, without what was loud."""
        floor = min(self._readings, default=SILENT_DBFS)
        self._readings.clear()
        self._readings.append(floor)
        self.heard = False
