"""The phrase that the sound check plays: the first turn of the demo."""

from __future__ import annotations

import numpy as np
import soundfile

from bus.audio import SAMPLE_RATE, Samples
from session.run.start.demo import DEMO, script

TEXT = script()[0].text


def read_phrase() -> Samples:
    """Return the phrase, 16 kHz."""
    turn = script()[0]
    samples, rate_hz = soundfile.read(
        DEMO / f"{turn.source}.flac",
        start=round(turn.start_s * SAMPLE_RATE),
        stop=round(turn.end_s * SAMPLE_RATE),
        dtype="int16",
    )
    assert rate_hz == SAMPLE_RATE
    return np.asarray(samples, np.int16)
