"""A corpus: recordings with what is said in them. Bring your own: a folder with `manifest.jsonl`.

A line of the manifest is a JSON object with at least `id`, `path` (relative), `seconds`, `text`, `kind`
("speech", "tts", "noise", …); `transcript_quality` beginning with "gold" marks texts known to be right.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from bus.failures import InputFailure
from bus.ring import SAMPLE_RATE

Audio = NDArray[np.float32]

_FRAME_SAMPLES = 160
_NOT_CLEAN = {"noisy", "noisy-mixed", "very-noisy", "derived", "telephone-8k", "long-silences"}
_SPEECH_BELOW_PEAK_DB = 35.0
"""A frame is speech when it is no farther below the loudest frame than this (clean recordings only)."""


class Clip(msgspec.Struct, frozen=True):
    """One line of a manifest."""

    id: str
    path: str
    seconds: float
    kind: str
    text: str | None = None
    transcript_quality: str | None = None
    tags: list[str] = []


@dataclass(frozen=True)
class Utterance:
    """A clip's speech, cut out where the energy begins and ends."""

    id: str
    text: str
    samples: Audio
    """float32, shape (n,), 16 kHz mono."""


def read_manifest(corpus: Path) -> list[Clip]:
    """Return the clips of a corpus.

    Raises:
        InputFailure: There is no manifest, or it cannot be read.
    """
    try:
        lines = (corpus / "manifest.jsonl").read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Clip) for line in lines if line.strip()]
    except (OSError, msgspec.DecodeError) as error:
        raise InputFailure(f"{corpus} is no corpus: manifest.jsonl cannot be read ({error})") from error


def clean_speech(corpus: Path, *, shortest_s: float = 1.0, longest_s: float = 20.0) -> list[Clip]:
    """Return the clips with one clean, exactly known utterance."""
    return [
        clip
        for clip in read_manifest(corpus)
        if clip.kind in ("speech", "tts")
        and clip.text
        and (clip.transcript_quality or "").startswith("gold")
        and not _NOT_CLEAN & set(clip.tags)
        and shortest_s <= clip.seconds <= longest_s
    ]


def read_audio(path: Path) -> Audio:
    """Return a recording as 16 kHz mono."""
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    mono: Audio = samples.mean(axis=1)
    if rate_hz != SAMPLE_RATE:
        mono = soxr.resample(mono, rate_hz, SAMPLE_RATE)
    return mono


def read_utterance(corpus: Path, clip: Clip) -> Utterance:
    """Return a clip's speech without the silence around it, so that its end is the end of speech."""
    samples = read_audio(corpus / clip.path)
    start, stop = speech_span(samples)
    return Utterance(clip.id, clip.text or "", samples[start:stop])


def speech_span(samples: Audio) -> tuple[int, int]:
    """Return where speech begins and ends in a clean recording, by energy, in samples."""
    frames = samples[: len(samples) // _FRAME_SAMPLES * _FRAME_SAMPLES].reshape(-1, _FRAME_SAMPLES)
    level_db = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-12)
    loud = np.flatnonzero(level_db > level_db.max() - _SPEECH_BELOW_PEAK_DB)
    return int(loud[0]) * _FRAME_SAMPLES, (int(loud[-1]) + 1) * _FRAME_SAMPLES
