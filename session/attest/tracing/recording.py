"""The marked recording: two speakers of the demo, and a known noise in the pauses.

It holds one question, which may be sent, and sentences that may not be sent: the canaries.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import soundfile

from bus.audio import SAMPLE_RATE, Samples
from session.run.start.demo import DEMO

SOURCES = ("call", "mic")

_CUTS: dict[str, tuple[tuple[float, float], ...]] = {
    "call": ((0.9, 2.7), (20.3, 23.0)),
    "mic": ((26.3, 30.2),),
}
"""Seconds of the demo: "Thanks for joining today.", a question, and a sentence about tables."""

_QUESTION = "What was the hardest part of splitting up that service?"
_MISHEARD_WORDS = 3

_NOISE_S = 1.2
_NOISE_PERIOD = 1024
_NOISE_SPREAD = 90
"""Too quiet to be detected as speech, too random to occur elsewhere."""

_MIC_WAITS_S = 8.0


def record(folder: Path, *, goes_on_s: float = 0.0) -> dict[str, Path]:
    """Write the recordings into `folder` and return them by source.

    Args:
        folder: The folder.
        goes_on_s: How long the noise at their end continues.
    """
    files = {}
    for source, cuts in _CUTS.items():
        samples = read(DEMO / f"{source}.flac")
        pieces = [_noise(_MIC_WAITS_S if source == "mic" else _NOISE_S)]
        for start_s, end_s in cuts:
            pieces += [samples[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]]
            pieces += [_noise(_NOISE_S)]
        pieces += [_noise(goes_on_s)]
        files[source] = folder / f"{source}.wav"
        soundfile.write(files[source], np.concatenate(pieces), SAMPLE_RATE, subtype="PCM_16")
    return files


def is_the_question(text: str) -> bool:
    """Return whether a transcript is that of the question, as far as a small model understands it."""
    words = re.findall(r"[a-z]+", text.lower())
    others = sum(word not in _QUESTION.lower() for word in words)
    return others <= _MISHEARD_WORDS and re.fullmatch(r"[A-Za-z ',.?-]+", text) is not None


def read(file: Path) -> Samples:
    """Return a recording's samples."""
    samples, _ = soundfile.read(file, dtype="int16")
    return np.asarray(samples, np.int16)


def marker() -> Samples:
    """Return the noise that is repeated in the pauses."""
    chance = np.random.default_rng(16)
    return np.rint(chance.normal(0, _NOISE_SPREAD, _NOISE_PERIOD)).astype(np.int16)


def _noise(length_s: float) -> Samples:
    return np.resize(marker(), round(length_s * SAMPLE_RATE))
