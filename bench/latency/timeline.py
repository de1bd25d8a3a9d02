"""Timeline of utterances on several sources, with every true end of speech."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from bench.harness.corpus import Audio, Kind, Utterance, longest_pause_s, read_audio
from bench.latency.attribution import Span
from bus.audio import SAMPLE_RATE
from session.run.start.demo import DEMO, script

SOURCES = ("call", "mic")

_LEAD_S = 1.5
_TAIL_S = 2.5
_GAP_S = (0.8, 2.2)
_ROOM_DBFS = -72.0
"""Level of added noise: real rooms are not digitally silent."""


@dataclass(frozen=True)
class Turn:
    """One utterance at its position."""

    source: str
    id: str
    text: str
    """Empty if there is no speech."""
    start_s: float
    end_s: float
    """True end of speech; for recordings that are not clean, the end of the recording."""
    kind: Kind = "clean"
    longest_pause_s: float = 0.0
    """Longest inner pause; known for clean speech only."""

    @property
    def span(self) -> Span:
        """Interval of the turn."""
        return Span(self.source, self.start_s, self.end_s)


@dataclass(frozen=True)
class Timeline:
    """Audio of each source."""

    turns: list[Turn]
    audio: dict[str, Audio]

    @property
    def seconds(self) -> float:
        """Duration."""
        return max(len(samples) for samples in self.audio.values()) / SAMPLE_RATE

    def excerpt(self, turn: Turn, margin_s: float = 0.3) -> Audio:
        """Return a turn's audio with a margin around it."""
        start = int((turn.start_s - margin_s) * SAMPLE_RATE)
        return self.audio[turn.source][max(start, 0) : int((turn.end_s + margin_s) * SAMPLE_RATE)]

    def write(self, directory: Path) -> dict[str, Path]:
        """Write one wav file per source and return them."""
        files = {source: directory / f"{source}.wav" for source in self.audio}
        for source, file in files.items():
            soundfile.write(file, self.audio[source], SAMPLE_RATE, subtype="PCM_16")
        return files


def lay_out(utterances: Sequence[Utterance], sources: Sequence[str], seed: int) -> Timeline:
    """Return a conversation in which the sources alternate."""
    chance = random.Random(seed)
    turns: list[Turn] = []
    at_s = _LEAD_S
    for number, utterance in enumerate(utterances):
        end_s = at_s + len(utterance.samples) / SAMPLE_RATE
        pause_s = longest_pause_s(utterance.samples) if utterance.kind == "clean" else 0.0
        source = sources[number % len(sources)]
        turns.append(Turn(source, utterance.id, utterance.text, at_s, end_s, utterance.kind, pause_s))
        at_s = end_s + chance.uniform(*_GAP_S)
    length = int((turns[-1].end_s + _TAIL_S) * SAMPLE_RATE)
    noise = np.random.default_rng(seed)
    audio = {
        source: (noise.standard_normal(length) * 10 ** (_ROOM_DBFS / 20)).astype(np.float32)
        for source in sources
    }
    for turn, utterance in zip(turns, utterances, strict=True):
        start = int(turn.start_s * SAMPLE_RATE)
        audio[turn.source][start : start + len(utterance.samples)] += utterance.samples
    return Timeline(turns, audio)


def demo_timeline() -> Timeline:
    """Return the shipped interview."""
    audio = {source: read_audio(DEMO / f"{source}.flac") for source in SOURCES}
    turns = []
    for number, turn in enumerate(script(), 1):
        start, stop = int(turn.start_s * SAMPLE_RATE), int(turn.end_s * SAMPLE_RATE)
        pause_s = longest_pause_s(audio[turn.source][start:stop])
        turns.append(
            Turn(turn.source, f"demo_{number:02d}", turn.text, turn.start_s, turn.end_s, "clean", pause_s)
        )
    return Timeline(turns, audio)
