"""The marked recording: two people of the demo, and a known noise where they are silent.

What they say holds one question, which may be sent, and sentences that may not: the canaries.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from bus.audio import SAMPLE_RATE
from session.run.demo import DEMO

Samples = npt.NDArray[np.int16]

SOURCES = ("call", "mic")

_CUTS: dict[str, tuple[tuple[float, float], ...]] = {
    "call": ((0.9, 2.7), (20.3, 23.0)),
    "mic": ((26.3, 30.2),),
}
"""Seconds of the demo: "Thanks for joining today.", a question, and a sentence about tables."""

_NOISE_S = 1.2
_NOISE_PERIOD = 1024
_NOISE_SPREAD = 90
"""Too quiet to be heard as speech, too random to be anywhere else."""

_MIC_WAITS_S = 8.0


def record(folder: Path) -> dict[str, Path]:
    """Write the recordings into `folder` and return them by source."""
    files = {}
    for source, cuts in _CUTS.items():
        heard = read(DEMO / f"{source}.flac")
        pieces = [_noise(_MIC_WAITS_S if source == "mic" else _NOISE_S)]
        for start_s, end_s in cuts:
            pieces += [heard[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]]
            pieces += [_noise(_NOISE_S)]
        files[source] = folder / f"{source}.wav"
        soundfile.write(files[source], np.concatenate(pieces), SAMPLE_RATE, subtype="PCM_16")
    return files


def read(file: Path) -> Samples:
    """Return a recording's samples."""
    samples, _ = soundfile.read(file, dtype="int16")
    return np.asarray(samples, np.int16)


def marker() -> Samples:
    """Return the noise that is played over and over where nobody speaks."""
    chance = np.random.default_rng(16)
    return np.rint(chance.normal(0, _NOISE_SPREAD, _NOISE_PERIOD)).astype(np.int16)


def _noise(length_s: float) -> Samples:
    return np.resize(marker(), round(length_s * SAMPLE_RATE))
