"""Level meter of a source, a few times a second. Pure."""

from __future__ import annotations

import math

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.messages import LevelAlarmed, LevelMeasured
from capture.processing.level_alarm import LevelWatch

SILENT_DBFS = -120.0
"""The level of digital silence."""

_QUIET_DBFS = -40.0
_MEASURE_EVERY_SAMPLES = SAMPLE_RATE // 5


class LevelMeter:
    """Measures one source. Digital silence is published once, until it is over.

    Args:
        source: The source's name.
        is_microphone: Whether digital silence is a fault.
    """

    def __init__(self, source: str, *, is_microphone: bool = False) -> None:
        self._source = source
        self._watch = LevelWatch(source, is_microphone=is_microphone)
        self._pieces: list[Samples] = []
        self._gathered = 0
        self._published_silence = False
        self.quiet = False
        """Whether the last measurement was too low for nearby speech."""

    def update(self, samples: Samples, stop_sample: int) -> list[LevelMeasured | LevelAlarmed]:
        """Add samples, and return what is due: a measurement, a changed alarm.

        Args:
            samples: int16, shape (n,).
            stop_sample: One past the last of them, on the source's clock.
        """
        self._pieces.append(samples)
        self._gathered += len(samples)
        if self._gathered < _MEASURE_EVERY_SAMPLES:
            return []
        rms_dbfs, peak_dbfs = level(np.concatenate(self._pieces))
        alarmed = self._watch.update(peak_dbfs, self._gathered)
        self._pieces.clear()
        self._gathered = 0
        self.quiet = peak_dbfs < _QUIET_DBFS
        silent = peak_dbfs == SILENT_DBFS
        if silent and self._published_silence:
            return [*alarmed]
        self._published_silence = silent
        measured = LevelMeasured(
            source=self._source, rms_dbfs=rms_dbfs, peak_dbfs=peak_dbfs, stop_sample=stop_sample
        )
        return [measured, *alarmed]


def level(samples: Samples) -> tuple[float, float]:
    """Return the root mean square and the peak in dB of full scale, to a tenth."""
    if not len(samples):
        return SILENT_DBFS, SILENT_DBFS
    loud = samples.astype(np.float32) / 32768.0
    return _dbfs(math.sqrt(float(np.dot(loud, loud)) / len(loud))), _dbfs(float(np.max(np.abs(loud))))


def _dbfs(amplitude: float) -> float:
    return round(max(20.0 * math.log10(amplitude), SILENT_DBFS), 1) if amplitude > 0 else SILENT_DBFS
