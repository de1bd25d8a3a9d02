"""Labels silences in a clean recording of one turn, by energy.

A frame of 10 ms is speech if its level is at most 35 dB below the loudest frame. For noisy audio label the
clean recording before the noise is added, or use the labels of the source.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import SHORTEST_HOLD_S, Audio, Span
from livebench.failures import InputFailure

_FRAME_SAMPLES = 160
_SPEECH_BELOW_PEAK_DB = 35.0


def silences(samples: Audio) -> list[Span]:
    """Return the silences of at least 0.1 s: before speech, inside it, and after it.

    The last one starts at the end of speech, however short it is. Samples are float32, shape (n,), 16 kHz.

    Raises:
        InputFailure: The recording has no sound.
    """
    frames = samples[: len(samples) // _FRAME_SAMPLES * _FRAME_SAMPLES].reshape(-1, _FRAME_SAMPLES)
    level_db = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-12)
    loud = np.flatnonzero(level_db > level_db.max(initial=-120.0) - _SPEECH_BELOW_PEAK_DB)
    if not len(loud) or level_db.max() <= -100.0:
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
