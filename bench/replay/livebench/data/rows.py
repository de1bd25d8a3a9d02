"""Rows of a data set in eot-bench's schema: one complete turn each, with its silences.

A data set is a folder with `rows.jsonl`; each line has `id`, `language`, `audio` (a path in the folder) and
`silence_spans`, seconds, the last of which follows the end of the turn and the others are holds. Optional are
`words` (with `text`, `start`, `end`), `text`, `words_by`, `tags`, `sha256` of the audio file, `licence`,
`source` and `origin`.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from livebench.contract import SAMPLE_RATE
from livebench.failures import InputFailure

Audio = NDArray[np.float32]
WordsBy = Literal["people", "machine"]

ROWS = "rows.jsonl"
SHORTEST_HOLD_S = 0.1
"""Shorter silences are no holds, as in eot-bench."""


class Span(msgspec.Struct, frozen=True):
    """A stretch of a row's audio, seconds."""

    start: float
    end: float


class Word(msgspec.Struct, frozen=True):
    """A spoken word and its time in the row's audio, seconds."""

    text: str
    start: float
    end: float


class Origin(msgspec.Struct, frozen=True):
    """Where the audio was cut from, so that labels can be given away without it."""

    sha256: str
    """Of the recording's file."""
    channel: int | None
    """None is the mean of all channels."""
    start: float
    """Seconds, at 16 kHz."""
    end: float
    path: str = ""
    """Below `clone`. Only for people: files are found by their hash."""
    clone: str = ""
    """Address of a public git repository that has the file."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One turn."""

    id: str
    language: str
    audio: str
    silence_spans: list[Span]
    text: str = ""
    """With punctuation. Empty takes the words; without both, the row has no speech."""
    words: list[Word] = []
    words_by: WordsBy = "people"
    """Words that a machine transcribed are no measure of word errors, so these leave them out."""
    tags: list[str] = []
    """Accent, telephone, noise, synthetic, whispered, …"""
    sha256: str = ""
    licence: str = ""
    source: str = ""
    origin: Origin | None = None

    @property
    def spoken(self) -> str:
        """The text, or the words."""
        return self.text or " ".join(word.text for word in self.words)

    @property
    def holds(self) -> list[Span]:
        """Silences inside the turn, of at least `SHORTEST_HOLD_S`; one at the very start is before it."""
        inner = [span for span in self.silence_spans[:-1] if span.start > 0]
        return [span for span in inner if span.end - span.start >= SHORTEST_HOLD_S]


def read_rows(folder: Path) -> list[Row]:
    """Return the rows of a data set.

    Raises:
        InputFailure: There is no such file, a line is wrong, or a name is used twice.
    """
    try:
        lines = (folder / ROWS).read_bytes().splitlines()
        rows = [msgspec.json.decode(line, type=Row) for line in lines if line.strip()]
    except (OSError, msgspec.DecodeError) as error:
        raise InputFailure(
            f"{folder} is not a data set: {ROWS} cannot be read ({error})",
            kept="nothing was played",
            fix="livebench data --help says how to make one",
        ) from error
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise InputFailure(f"{folder / ROWS} has two rows named {row.id!r}", kept="nothing was played")
        seen.add(row.id)
        check_spans(row)
    return rows


def check_spans(row: Row) -> None:
    """Refuse a row whose silences cannot be.

    Raises:
        InputFailure: A span is empty or overlaps the one before, or a turn with speech has none.
    """
    ends_s = -1.0
    for span in row.silence_spans:
        if span.end < span.start or span.start < ends_s:
            raise InputFailure(f"row {row.id!r} has silences that overlap or end before they start")
        ends_s = span.end
    if row.spoken and not row.silence_spans:
        raise InputFailure(f"row {row.id!r} has no silence after its end, so its end is unknown")


def write_rows(folder: Path, rows: Sequence[Row]) -> None:
    """Write `rows.jsonl`."""
    lines = [msgspec.json.encode(row) for row in rows]
    (folder / ROWS).write_bytes(b"\n".join(lines) + b"\n")


def read_audio(folder: Path, row: Row) -> Audio:
    """Return the audio of a row, shape (n,), 16 kHz mono, float32.

    Raises:
        InputFailure: It cannot be read, or is not the file that the row names by its hash.
    """
    path = folder / row.audio
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputFailure(f"{path} cannot be read: {error}", kept="nothing was played") from error
    if row.sha256 and hashlib.sha256(data).hexdigest() != row.sha256:
        raise InputFailure(f"{path} is not the audio of row {row.id!r}: its SHA-256 differs")
    return decode_audio(data, str(path))


def decode_audio(data: bytes, name: str) -> Audio:
    """Return a sound file's samples, shape (n,), 16 kHz mono, float32.

    Raises:
        InputFailure: It is no sound file.
    """
    mono: Audio = decode_channels(data, name).mean(axis=1)
    return mono


def decode_channels(data: bytes, name: str) -> Audio:
    """Return a sound file's channels, shape (n, channels), 16 kHz, float32.

    Raises:
        InputFailure: It is no sound file.
    """
    try:
        samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise InputFailure(f"{name} is no sound file: {error}") from error
    return samples if rate_hz == SAMPLE_RATE else np.asarray(soxr.resample(samples, rate_hz, SAMPLE_RATE))
