"""A stream: rows one after another with silence between them, and where each turn ends."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import Audio, Row, Span, WordsBy
from livebench.failures import InputFailure

_LEAD_S = 1.5
_GAP_S = (1.2, 2.6)
"""Silence after a turn, so that a system that waits for one second can end it before the next begins."""
_TAIL_S = 7.0
"""Silence after the last turn: some systems finish their last words only then."""
_ROOM_DBFS = -72.0
"""Level of added noise: real rooms are not digitally silent."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A turn at its place in the stream, seconds after sample 0."""

    id: str
    text: str
    """Empty if there is no speech."""
    language: str
    start_s: float
    end_s: float
    """End of speech."""
    holds: list[Span]
    """Labelled silences inside the turn."""
    tags: list[str] = []
    words_by: WordsBy = "people"


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What is played, without its samples."""

    seed: int
    seconds: float
    sha256: str
    """Of the samples, s16le."""
    turns: list[Turn]


def choose(rows: Sequence[Row], count: int, seed: int, tags: Sequence[str] = ()) -> list[Row]:
    """Return rows chosen by a seed, so that a private seed makes a private split.

    Raises:
        InputFailure: No row has one of the tags.
    """
    fitting = [row for row in rows if not tags or set(tags) & set(row.tags)]
    if not fitting:
        raise InputFailure(f"no row has one of these tags: {', '.join(tags)}", kept="nothing was played")
    return random.Random(seed).sample(fitting, min(count, len(fitting)))


def lay_out(rows: Sequence[Row], read: Callable[[Row], Audio], seed: int) -> tuple[Stream, NDArray[np.int16]]:
    """Return the stream of rows in this order, and its samples, shape (n,), 16 kHz.

    Silence at the ends of a row counts as gap, so nothing but the labels says when a turn ends.
    """
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    turns: list[Turn] = []
    parts: list[tuple[int, Audio]] = []
    at_s = _LEAD_S
    for row in rows:
        samples = read(row)
        length_s = len(samples) / SAMPLE_RATE
        starts = _speech_start(row)
        ends = row.silence_spans[-1].start if row.spoken else length_s
        turns.append(
            Turn(
                id=row.id,
                text=row.spoken,
                language=row.language,
                start_s=at_s + starts,
                end_s=at_s + ends,
                holds=[Span(at_s + hold.start, at_s + hold.end) for hold in row.holds if hold.start > starts],
                tags=row.tags,
                words_by=row.words_by,
            )
        )
        parts.append((round(at_s * SAMPLE_RATE), samples))
        at_s += max(length_s, ends) + chance.uniform(*_GAP_S)
    count = round((turns[-1].end_s + _TAIL_S) * SAMPLE_RATE)
    count = max(count, *(start + len(samples) for start, samples in parts))
    whole = (noise.standard_normal(count) * 10 ** (_ROOM_DBFS / 20)).astype(np.float32)
    for start, samples in parts:
        whole[start : start + len(samples)] += samples
    played: NDArray[np.int16] = (np.clip(whole, -1.0, 1.0) * 32767).astype("<i2")
    return Stream(
        seed=seed,
        seconds=count / SAMPLE_RATE,
        sha256=hashlib.sha256(played.tobytes()).hexdigest(),
        turns=turns,
    ), played


def _speech_start(row: Row) -> float:
    """Return where speech begins: after a silence at the very start, else at the first sample."""
    first = row.silence_spans[0] if len(row.silence_spans) > 1 else None
    return first.end if first and first.start <= 0.0 else 0.0
