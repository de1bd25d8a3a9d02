"""Stores imported rows: audio as FLAC beside their labels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import soundfile

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import Audio, Row
from livebench.data.silences import silences

Found = Iterator[tuple[Row, Audio]]


def store(row: Row, samples: Audio, out: Path) -> Row:
    """Write a row's audio as FLAC and return the row with its path and hash."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{row.id.replace('/', '_')}.flac"
    soundfile.write(file, samples, SAMPLE_RATE, subtype="PCM_16")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return msgspec.structs.replace(row, audio=file.name, sha256=digest)


def row_by_energy(name: str, language: str, samples: Audio, text: str, tags: list[str]) -> Row:
    """Return a row of one turn whose silences come from energy.

    Raises:
        InputFailure: The recording has no sound.
    """
    return Row(id=name, language=language, audio="", silence_spans=silences(samples), text=text, tags=tags)
