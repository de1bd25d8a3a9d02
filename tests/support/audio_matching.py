"""Noise whose position in captured audio can be found."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from bus.audio import SAMPLE_RATE, Samples
from bus.ring.reader import AudioRing
from tests.support.pulse_server import PulseServer

_FRACTIONS = 8


def noise(seconds: float, seed: int = 11) -> Samples:
    """Return noise below 6 kHz without self-similarity."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 3_000, round(seconds * SAMPLE_RATE)))
    spectrum[round(6_000 * seconds) :] = 0
    return np.fft.irfft(spectrum).astype(np.int16)


@dataclass(frozen=True)
class Match:
    """Position of a piece."""

    at_sample: int
    alike: float
    """0 to 1."""


def find(played: Samples, received: Samples) -> Match:
    """Return the position of `played` in `received`, and their correlation there.

    Positions between samples count: a sound server that resamples shifts by a fraction of one.
    """
    size = len(received) + len(played)
    spectra = np.fft.rfft(received.astype(float), size) * np.conj(np.fft.rfft(played.astype(float), size))
    products = np.fft.irfft(spectra, size * _FRACTIONS)[: len(received) * _FRACTIONS] * _FRACTIONS
    peak = int(np.argmax(products))
    at = round(peak / _FRACTIONS)
    norm = np.linalg.norm(received[at : at + len(played)].astype(float)) * np.linalg.norm(played) + 1e-9
    return Match(at, float(products[peak] / norm))


def everything(ring: AudioRing) -> Samples:
    """Return all audio that the ring still holds."""
    return ring.read(ring.oldest_sample, ring.written_sample)


def play_into(server: PulseServer, sink: str, samples: Samples, directory: Path) -> subprocess.Popen[bytes]:
    """Play samples into the sink of this name."""
    path = directory / "played.wav"
    soundfile.write(path, samples, SAMPLE_RATE)
    return subprocess.Popen(
        ["paplay", f"--device={sink}", str(path)], env={**os.environ, **server.environment}
    )
