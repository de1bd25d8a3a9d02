"""Word errors by group of speakers: accent, telephone, synthetic voice, language.

Every clip is one final pass of the engine with the session's settings, without detection and endpointing: the
difference between groups is that of the weights. Clips over 30 s are left out.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from whisper_normalizer.basic import BasicTextNormalizer

from bench.answers.question_lines import language_files, read_lines
from bench.harness.corpus import Audio, Clip, kind_of, read_corpus, read_utterance
from bench.harness.environment import environment
from bench.harness.report import show
from bus.audio import SAMPLE_RATE
from livebench.scoring.words import word_errors
from session import settings as all_settings
from session.models.choice import find_weights
from stt.engines.device import cpu
from stt.engines.engine import Request
from stt.engines.whisper import WhisperEngine

_LONGEST_S = 30.0
_DRAWS = 2000
_BY_TAG = {
    "accent-like": "synthetic, with an accent",
    "synthetic": "synthetic, without an accent",
    "accent-nonnative": "non-native English",
    "telephone-8k": "telephone recordings",
    "british": "British English",
    "telephony-prompt": "studio prompts",
}
"""The first tag that a clip has decides its group."""
_NOISY = "English in noise"
_NATIVE = "other English, mostly native and read"
_MU_LAW = "the same through a telephone (8 kHz, mu-law)"
_LINES = 10
"""Utterances of three lines that espeak-ng speaks in each language."""

_plain = BasicTextNormalizer()


@dataclass(frozen=True)
class Spoken:
    """A clip of a group."""

    group: str
    speaker: str
    language: str
    text: str
    samples: Audio


@dataclass
class _Counts:
    """Errors and words of each clip of a group."""

    speakers: set[str] = field(default_factory=set)
    errors: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)


def measure(corpus: Path, settings_file: Path | None) -> None:
    """Transcribe every clip and print the word errors of each group.

    Raises:
        Failure: The corpus or the weights cannot be read.
    """
    settings = find_weights(all_settings.load(settings_file, {}).stt)
    engine = WhisperEngine(settings, cpu(settings))
    groups: dict[str, _Counts] = {}
    for each in (*_recorded(corpus), *_spoken_by_espeak()):
        errors, words = _errors(each, _transcribe(engine, each))
        counts = groups.setdefault(each.group, _Counts())
        counts.speakers.add(each.speaker)
        counts.errors.append(errors)
        counts.words.append(words)
        print(f"bench: {each.group}: {errors} of {words}", file=sys.stderr, flush=True)
    figures = {group: _figures(counts) for group, counts in groups.items()}
    head = [("spoken", "clips", "speakers", "words", "WER", "95 %"), *map(_row, figures.items())]
    surroundings = environment(all_settings.load(settings_file, {}).tables())
    show("accents", [], {"groups": figures, **surroundings}, head=head)


def group_of(clip: Clip) -> str | None:
    """Return the group of a clip; None if its text is not exact enough."""
    kind = kind_of(clip)
    if kind in (None, "noise"):
        return None
    if kind == "noisy":
        return _NOISY
    return next((group for tag, group in _BY_TAG.items() if tag in clip.tags), _NATIVE)


def through_telephone(samples: Audio) -> Audio:
    """Return audio as a telephone carries it: 8 kHz, 8 bits, mu-law."""
    narrow = soxr.resample(samples, SAMPLE_RATE, 8000)
    peak = float(np.abs(narrow).max(initial=1e-6))
    file = io.BytesIO()
    soundfile.write(file, narrow / max(1.0, peak), 8000, format="WAV", subtype="ULAW")
    file.seek(0)
    coded: Audio = soxr.resample(soundfile.read(file, dtype="float32")[0], 8000, SAMPLE_RATE)
    return coded


def _recorded(corpus: Path) -> Iterator[Spoken]:
    for clip in read_corpus(corpus):
        group = group_of(clip)
        if group is None or clip.seconds > _LONGEST_S:
            continue
        speaker = clip.speaker or clip.id
        samples = read_utterance(corpus, clip).samples
        yield Spoken(group, speaker, "en", clip.text or "", samples)
        if group == _NATIVE:
            yield Spoken(_MU_LAW, speaker, "en", clip.text or "", through_telephone(samples))


def _spoken_by_espeak() -> Iterator[Spoken]:
    """Yield labelled lines of each language, spoken by espeak-ng if it is installed."""
    if not shutil.which("espeak-ng"):
        return
    for language, path in language_files().items():
        lines = [line.said for line in read_lines(path) if len(line.said.split()) >= 5]
        for number in range(_LINES):
            text = " ".join(lines[3 * number : 3 * number + 3])
            voice = f"{language}+{('m3', 'f2')[number % 2]}"
            spoken = subprocess.run(
                ["espeak-ng", "-v", voice, "-s", "150", "--stdout", text], capture_output=True, check=True
            )
            samples, rate_hz = soundfile.read(io.BytesIO(spoken.stdout), dtype="float32")
            group = f"espeak-ng, {language}"
            yield Spoken(group, voice, language, text, soxr.resample(samples, rate_hz, SAMPLE_RATE))


def _transcribe(engine: WhisperEngine, spoken: Spoken) -> str:
    features = engine.front_end((np.clip(spoken.samples, -1, 1) * 32767).astype(np.int16))
    return engine.transcribe(Request(features, language=spoken.language))[0].text


def _errors(spoken: Spoken, text: str) -> tuple[int, int]:
    if spoken.language == "en":
        return word_errors([spoken.text], [text])
    return word_errors([_plain(spoken.text)], [_plain(text)])


def _figures(counts: _Counts) -> dict[str, Any]:
    """Return a group's word error rate with its 95 % interval from a bootstrap over the clips."""
    errors, words = np.array(counts.errors), np.array(counts.words)
    drawn = np.random.default_rng(0).integers(0, len(errors), (_DRAWS, len(errors)))
    low, high = np.percentile(errors[drawn].sum(axis=1) / words[drawn].sum(axis=1), [2.5, 97.5])
    return {
        "clips": len(errors),
        "speakers": len(counts.speakers),
        "words": int(words.sum()),
        "wer": float(errors.sum() / words.sum()),
        "wer_between": [float(low), float(high)],
    }


def _row(item: tuple[str, dict[str, Any]]) -> tuple[str, ...]:
    group, each = item
    low, high = each["wer_between"]
    between = f"{low * 100:.1f} to {high * 100:.1f} %"
    counts = (str(each[name]) for name in ("clips", "speakers", "words"))
    return (group, *counts, f"{each['wer'] * 100:.1f} %", between)
