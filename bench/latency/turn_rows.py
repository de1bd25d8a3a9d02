"""Writes a timeline as a data set for the neutral benchmark (`bench/replay/livebench/data/rows.py`)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import soundfile

from bench.latency.timeline import Timeline, Turn
from bus.audio import SAMPLE_RATE
from livebench.data.rows import Row, write_rows
from livebench.data.silences import silences


def write_turn_rows(timeline: Timeline, folder: Path) -> None:
    """Write one row and one FLAC file for each turn of a timeline."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder, [_written(timeline, turn, folder) for turn in timeline.turns])


def _written(timeline: Timeline, turn: Turn, folder: Path) -> Row:
    start, stop = round(turn.start_s * SAMPLE_RATE), round(turn.end_s * SAMPLE_RATE)
    samples = timeline.audio[turn.source][start:stop]
    file = folder / f"{turn.id}.flac"
    soundfile.write(file, samples, SAMPLE_RATE, subtype="PCM_16")
    return Row(
        id=turn.id,
        language="en",
        audio=file.name,
        silence_spans=silences(samples),
        text=turn.text,
        tags=[turn.kind],
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
    )
