"""Detects voice-like sound that stands clearly above the noise floor.

Silero misses up to a second of plainly loud speech of some voices (whispered, telephone, synthetic); this
second opinion finds it. Knows neither utterances nor the ring.
"""

from __future__ import annotations

import math

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from vad.detectors import WebRtcDetector

FLOOR_S = 10.0
"""The floor is measured over so much audio, speech included."""
_FLOOR_SHARE = 0.3
"""This share of it is assumed to be without speech."""
_LEAST_S = 1.0
"""Before so much audio there is no floor."""
_ABOVE_FLOOR_DB = 10.0
"""The share and this distance were tuned on five espeak-ng voices: clean, by telephone, at -40 dBFS, with
music and in a crowd. At 8 dB a crying baby becomes a word (`bench/LOG.md`)."""
_LEAST_POWER = 1.0
"""Mean square of the quietest floor, -90 dBFS: digital silence is not a floor to measure from."""
_VOICED_SHARE = 0.6
"""Share of WebRTC's frames, two of three."""


class SoundDetector:
    """Compares each window's level with the floor, and asks WebRTC's detector whether it is a voice.

    Args:
        window_samples: Length of a window.
    """

    def __init__(self, window_samples: int) -> None:
        self._webrtc = WebRtcDetector(mode=3)
        size = round(FLOOR_S * SAMPLE_RATE / window_samples)
        self._least = round(_LEAST_S * SAMPLE_RATE / window_samples)
        self._levels_db = np.zeros(size)
        self._seen = 0

    def detect(self, samples: Samples, amplified: Samples) -> bool:
        """Return whether this window contains voice-like sound clearly above the floor.

        Args:
            samples: int16, shape (window_samples,), following the previous window.
            amplified: The same after automatic gain: WebRTC's detector misses quiet speech.
        """
        level_db = 10 * math.log10(float(np.var(samples)) + _LEAST_POWER)
        voiced = self._webrtc.speech_probabilities(amplified[: self._webrtc.window_samples])[0]
        self._levels_db[self._seen % len(self._levels_db)] = level_db
        self._seen += 1
        if self._seen < self._least or voiced < _VOICED_SHARE:
            return False
        return level_db > self._floor_db() + _ABOVE_FLOOR_DB

    def reset(self) -> None:
        """Forget the previous windows."""
        self._webrtc.reset()
        self._seen = 0

    def _floor_db(self) -> float:
        known = self._levels_db[: self._seen]
        rank = int(len(known) * _FLOOR_SHARE)
        return float(np.partition(known, rank)[rank])
