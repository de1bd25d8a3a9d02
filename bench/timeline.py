"""Utterances laid out on the clocks of several sources, so that every true end of speech is known exactly."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from bench.corpus import Audio, Utterance
from bus.ring import SAMPLE_RATE

_LEAD_S = 1.5
_TAIL_S = 2.5
_GAP_S = (0.8, 2.2)
_ROOM_DBFS = -72.0
"""Real rooms are not digitally silent."""


@dataclass(frozen=True)
class Turn:
    """One utterance in its place."""

    source: str
    id: str
    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Timeline:
    """What each source plays."""

    turns: list[Turn]
    audio: dict[str, Audio]

    def write(self, directory: Path) -> dict[str, Path]:
        """Write a wav file a source and return them."""
        files = {source: directory / f"{source}.wav" for source in self.audio}
        for source, file in files.items():
            soundfile.write(file, self.audio[source], SAMPLE_RATE, subtype="PCM_16")
        return files


def lay_out(utterances: Sequence[Utterance], sources: Sequence[str], seed: int) -> Timeline:
    """Return a conversation in which the sources take turns."""
    chance = random.Random(seed)
    turns: list[Turn] = []
    at_s = _LEAD_S
    for number, utterance in enumerate(utterances):
        end_s = at_s + len(utterance.samples) / SAMPLE_RATE
        turns.append(Turn(sources[number % len(sources)], utterance.id, utterance.text, at_s, end_s))
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
