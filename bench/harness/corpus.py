"""Corpus: recordings with their transcripts.

Either a folder with `manifest.jsonl`, each line a JSON object with at least `id`, `path` (relative),
`seconds`, `text`, `kind` ("speech", "tts", "noise", …) and optionally `transcript_quality` ("gold…" for exact
texts), `speaker` and `tags`; or a folder of recordings with a text file beside each (`talk.wav`, `talk.txt`),
empty if there is no speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import msgspec
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE
from bus.failures import InputFailure, UsageFailure

Audio = NDArray[np.float32]

Kind = Literal["clean", "noisy", "telephone", "noise"]
"""Clean speech, speech in noise, telephone speech, and audio without speech."""

KINDS: tuple[Kind, ...] = get_args(Kind)

_FRAME_SAMPLES = 160
_NOT_CLEAN = {"noisy", "noisy-mixed", "very-noisy", "derived", "telephone-8k", "long-silences"}
_NOISY = {"noisy", "noisy-mixed", "very-noisy"}
_SPEECH_BELOW_PEAK_DB = 35.0
"""A frame is speech if its level is at most this far below the loudest frame (clean recordings only)."""
_LONGEST_S = {"clean": 20.0, "noisy": 40.0, "telephone": 46.0, "noise": 60.0}


class Clip(msgspec.Struct, frozen=True):
    """One recording; a line of a manifest."""

    id: str
    path: str
    seconds: float
    kind: str
    text: str | None = None
    transcript_quality: str | None = None
    tags: list[str] = []
    speaker: str | None = None


@dataclass(frozen=True)
class Utterance:
    """A clip's audio as it is played."""

    id: str
    text: str
    samples: Audio
    """float32, shape (n,), 16 kHz mono."""
    kind: Kind = "clean"
    """Clean speech is trimmed to where its energy begins and ends; other clips are complete."""


def read_corpus(corpus: Path) -> list[Clip]:
    """Return the clips of a folder, with a manifest or with texts beside the recordings.

    Raises:
        InputFailure: It has neither, or a file cannot be read.
    """
    return read_manifest(corpus) if (corpus / "manifest.jsonl").exists() else _read_own(corpus)


def read_manifest(corpus: Path) -> list[Clip]:
    """Return the clips of a corpus.

    Raises:
        InputFailure: There is no manifest, or it cannot be read.
    """
    try:
        lines = (corpus / "manifest.jsonl").read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Clip) for line in lines if line.strip()]
    except (OSError, msgspec.DecodeError) as error:
        raise InputFailure(f"{corpus} is not a corpus: manifest.jsonl cannot be read ({error})") from error


def _read_own(folder: Path) -> list[Clip]:
    formats = {f".{name.lower()}" for name in soundfile.available_formats()}
    recordings = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in formats]
    clips = []
    for path in recordings:
        text_file = path.with_suffix(".txt")
        if not text_file.exists():
            continue
        try:
            text = " ".join(text_file.read_text(encoding="utf-8").split())
            seconds = soundfile.info(path).duration
        except (OSError, UnicodeDecodeError, soundfile.LibsndfileError) as error:
            raise InputFailure(f"{path} cannot be used: {error}", kept="nothing was started") from error
        kind = "speech" if text else "noise"
        clips.append(Clip(path.stem, path.name, seconds, kind, text or None, "gold-own"))
    if not clips:
        raise InputFailure(
            f"{folder} has no manifest.jsonl and no recording with a text beside it",
            kept="nothing was started",
            fix="put the transcript talk.txt beside talk.wav",
        )
    return clips


def kind_of(clip: Clip) -> Kind | None:
    """Return the kind of a clip; None if its text is not exact enough, or it is too long."""
    quality = clip.transcript_quality or ""
    kind: Kind | None = None
    if clip.kind == "noise" and not clip.text:
        kind = "noise"
    elif not clip.text:
        kind = None
    elif "telephone-8k" in clip.tags and quality.startswith(("gold", "silver")):
        kind = "telephone"
    elif _NOISY & set(clip.tags) and quality.startswith(("gold", "silver")):
        kind = "noisy"
    elif clip.kind in ("speech", "tts") and quality.startswith("gold") and not _NOT_CLEAN & set(clip.tags):
        kind = "clean" if clip.seconds >= 1.0 else None
    return kind if kind and clip.seconds <= _LONGEST_S[kind] else None


def parse_kinds(names: Sequence[str]) -> tuple[Kind, ...]:
    """Return the kinds of these names.

    Raises:
        UsageFailure: A name is unknown.
    """
    wrong = [name for name in names if name not in KINDS]
    if wrong:
        raise UsageFailure(
            f"there is no kind {wrong[0]!r}", kept="nothing was run", fix=f"take {', '.join(KINDS)}"
        )
    return tuple(kind for kind in KINDS if kind in names)


def read_audio(path: Path) -> Audio:
    """Return a recording as 16 kHz mono.

    Raises:
        InputFailure: It cannot be read.
    """
    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise InputFailure(f"{path} cannot be read: {error}", kept="nothing was started") from error
    mono: Audio = samples.mean(axis=1)
    if rate_hz != SAMPLE_RATE:
        mono = soxr.resample(mono, rate_hz, SAMPLE_RATE)
    return mono


def read_utterance(corpus: Path, clip: Clip) -> Utterance:
    """Return a clip's audio; clean speech is trimmed."""
    samples = read_audio(corpus / clip.path)
    kind = kind_of(clip) or "clean"
    if kind == "clean":
        start, stop = speech_span(samples)
        samples = samples[start:stop]
    return Utterance(clip.id, clip.text or "", samples, kind)


def speech_span(samples: Audio) -> tuple[int, int]:
    """Return the start and end of speech in a clean recording, by energy, in samples."""
    loud = np.flatnonzero(_loud(samples))
    return int(loud[0]) * _FRAME_SAMPLES, (int(loud[-1]) + 1) * _FRAME_SAMPLES


def longest_pause_s(samples: Audio) -> float:
    """Return the longest pause in a clean recording's speech, by energy."""
    loud = np.flatnonzero(_loud(samples))
    return float(np.diff(loud).max(initial=1) - 1) * _FRAME_SAMPLES / SAMPLE_RATE


def _loud(samples: Audio) -> NDArray[np.bool_]:
    frames = samples[: len(samples) // _FRAME_SAMPLES * _FRAME_SAMPLES].reshape(-1, _FRAME_SAMPLES)
    level_db = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-12)
    loud: NDArray[np.bool_] = level_db > level_db.max() - _SPEECH_BELOW_PEAK_DB
    return loud
