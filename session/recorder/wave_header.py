"""Header of a WAVE stream whose length is not known. Pure."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from bus.audio import SAMPLE_RATE

_UNKNOWN = 0xFFFFFFFF
_BYTES = 2
_TITLE = b"Cuecard: "
_DATA = b"data" + struct.pack("<I", _UNKNOWN)


def wave_header(sources: Sequence[str]) -> bytes:
    """Return the header of 16-bit PCM with a channel for each source, which its title names."""
    channels = len(sources)
    frame = channels * _BYTES
    title = _TITLE + ", ".join(sources).encode() + b"\0"
    title += b"\0" * (len(title) % 2)
    info = b"INFO" + b"INAM" + struct.pack("<I", len(title)) + title
    audio = struct.pack("<HHIIHH", 1, channels, SAMPLE_RATE, SAMPLE_RATE * frame, frame, 8 * _BYTES)
    return (
        b"RIFF" + struct.pack("<I", _UNKNOWN) + b"WAVE"
        + b"fmt " + struct.pack("<I", len(audio)) + audio
        + b"LIST" + struct.pack("<I", len(info)) + info
        + _DATA
    )  # fmt: skip


def sources_of(stream: bytes) -> tuple[list[str], int] | None:
    """Return the sources that such a header names, and its length; None if it has not all arrived."""
    header, data, _ = stream.partition(_DATA)
    _, title, names = header.partition(_TITLE)
    if not (data and title):
        return None
    return names.rstrip(b"\0").decode("ascii", "replace").split(", "), len(header) + len(data)
