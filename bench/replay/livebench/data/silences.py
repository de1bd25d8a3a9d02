"""Labels silences in a clean recording of one turn, by energy.

A frame of 10 ms is speech if its level is at most 35 dB below the loudest frame. For noisy audio label the
clean recording before the noise is added, or use the labels of the source; `least_speech_db` estimates the
steady noise of a line from the quietest frames of a whole recording.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import SHORTEST_HOLD_S, Audio, Span
from livebench.failures import InputFailure

_FRAME_SAMPLES = 160
SPEECH_BELOW_PEAK_DB = 35.0
_QUIETEST_DB = -100.0
_ABOVE_NOISE_DB = 10.0
_NOISE_QUANTILE = 0.05
_SPEECH_RANGE_DB = 20.0
"""The limit is at least so far below the loudest frame, also without any silence."""


def silences(
    samples: Audio, below_peak_db: float = SPEECH_BELOW_PEAK_DB, least_db: float = _QUIETEST_DB
) -> list[Span]:
    """Return the silences of at least 0.1 s: before speech, inside it, and after it.

    The last one starts at the end of speech, however short it is.

    Args:
        samples: Shape (n,), 16 kHz, float32.
        below_peak_db: A frame is speech if its level is at most so far below the loudest frame,
        least_db: and at least this, dBFS.

    Raises:
        InputFailure: The recording has no sound.
    """
    level_db = _levels_db(samples)
    loud = np.flatnonzero(level_db > max(level_db.max(initial=-120.0) - below_peak_db, least_db))
    if not len(loud):
        raise InputFailure("a recording has no sound")
    frame_s = _FRAME_SAMPLES / SAMPLE_RATE
    borders = [-1, *loud.tolist()]
    found = [
        Span(round((before + 1) * frame_s, 3), round(after * frame_s, 3))
        for before, after in pairwise(borders)
        if (after - before - 1) * frame_s >= SHORTEST_HOLD_S
    ]
    end_s = (int(loud[-1]) + 1) * frame_s
    return [*found, Span(round(end_s, 3), round(max(end_s, len(samples) / SAMPLE_RATE), 3))]


def least_speech_db(samples: Audio) -> float:
    """Return the level above the noise of a line, dBFS.

    Args:
        samples: The whole recording, shape (n,), 16 kHz, float32; at least a twentieth is silence.
    """
    level_db = _levels_db(samples)
    noise_db = float(np.quantile(level_db, _NOISE_QUANTILE))
    return max(min(noise_db + _ABOVE_NOISE_DB, float(level_db.max()) - _SPEECH_RANGE_DB), _QUIETEST_DB)


def sounds(samples: Audio) -> list[Span]:
    """Return the stretches between silences of a whole recording, shape (n,), 16 kHz, float32.

    Raises:
        InputFailure: The recording has no sound.
    """
    found = silences(samples, least_db=least_speech_db(samples))
    starts = [0.0, *(each.end for each in found[:-1])]
    return [Span(start, each.start) for start, each in zip(starts, found, strict=True) if each.start > start]


def _levels_db(samples: Audio) -> NDArray[np.float64]:
    """Return the level of each frame, dBFS."""
    frames = samples[: len(samples) // _FRAME_SAMPLES * _FRAME_SAMPLES].reshape(-1, _FRAME_SAMPLES)
    levels: NDArray[np.float64] = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-12)
    return levels
