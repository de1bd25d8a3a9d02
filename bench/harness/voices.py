"""Makes speech with espeak-ng, as a microphone or a telephone delivers it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from bench.harness.corpus import Audio, read_audio, speech_span
from bus.audio import SAMPLE_RATE
from bus.failures import MachineFailure

VOICES = ("en-us", "en-gb+f3", "en-us+m3", "en+croak", "en+whisper")
"""Voices of espeak-ng; the last one whispers."""
_WORDS_PER_MINUTE = 160
_PEAK = 0.5
_QUIET = 0.02
_NOISE = 3e-4
"""-70 dBFS."""
_BAND_HZ = (300, 3400)
_MU = 255.0


def speak(text: str, voice: str) -> Audio:
    """Return a sentence without silence around it.

    Returns:
        float32, shape (n,), 16 kHz, with a peak of -6 dBFS.

    Raises:
        MachineFailure: espeak-ng is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        command = ["espeak-ng", "-v", voice, "-s", str(_WORDS_PER_MINUTE), "-w", str(path), text]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise MachineFailure(f"espeak-ng cannot speak ({error})", fix="install espeak-ng") from error
        samples = read_audio(path)
    first, stop = speech_span(samples)
    said: Audio = samples[first:stop] / np.abs(samples).max() * np.float32(_PEAK)
    return said


def microphone(samples: Audio) -> Audio:
    """Return the samples with a little noise."""
    return samples + _noise(len(samples), _NOISE)


def quiet_microphone(samples: Audio) -> Audio:
    """Return the samples at -40 dBFS, with less noise."""
    return samples * np.float32(_QUIET) + _noise(len(samples), _NOISE / 5)


def telephone(samples: Audio) -> Audio:
    """Return the samples through a telephone: 300 to 3400 Hz, 8-bit mu-law."""
    spectrum = np.fft.rfft(microphone(samples))
    frequencies_hz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum[(frequencies_hz < _BAND_HZ[0]) | (frequencies_hz > _BAND_HZ[1])] = 0
    narrow = np.clip(np.fft.irfft(spectrum, len(samples)), -1, 1)
    coded = np.round(np.sign(narrow) * np.log1p(_MU * np.abs(narrow)) / np.log1p(_MU) * 127) / 127
    decoded: Audio = (np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(_MU)) / _MU).astype(np.float32)
    return decoded


CHANNELS: Mapping[str, Callable[[Audio], Audio]] = {
    "clean": microphone,
    "telephone": telephone,
    "quiet": quiet_microphone,
}


def _noise(samples: int, rms: float) -> Audio:
    return np.random.default_rng(0).normal(0, rms, samples).astype(np.float32)
