"""Importer of conversations in one channel, with who speaks when in RTTM files.

A turn counts if others are silent during it and its end is clear. Words come from faster-whisper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from livebench.contract import SAMPLE_RATE
from livebench.data.importing.storing import Found
from livebench.data.importing.transcripts import transcriber
from livebench.data.importing.turns import cut_around, has_clear_end, part_of, turns_alone
from livebench.data.rows import Origin, Row, Span, decode_audio
from livebench.data.silences import least_speech_db, silences
from livebench.failures import InputFailure

_RECORDINGS = (".wav", ".flac", ".ogg", ".mp3")


def from_rttm(source: Path, *, weights: Path | None, language: str) -> Found:
    """Yield the turns of all recordings below a folder that an RTTM file there names.

    Args:
        source: Recordings, and RTTM files whose second column is the name of a recording.
        weights: A CTranslate2 Whisper folder.
        language: Of all recordings.

    Raises:
        InputFailure: There are no weights.
    """
    if weights is None:
        raise InputFailure("RTTM has no words", kept="nothing was written", fix="add --weights FOLDER")
    transcribe = transcriber(weights, language)
    speakers = _speakers(source)
    for file in sorted(source.rglob("*")):
        if file.suffix.lower() not in _RECORDINGS or file.stem not in speakers:
            continue
        data = file.read_bytes()
        samples = decode_audio(data, str(file))
        least_db = least_speech_db(samples)
        for speaker, turn, everything in _turns(speakers[file.stem]):
            cut = cut_around(turn, everything, len(samples) / SAMPLE_RATE)
            part = part_of(samples, cut)
            text = transcribe(part) if has_clear_end(part, least_db) else ""
            if text:
                row = Row(
                    id=f"{file.stem}.{speaker}.{cut.start:07.2f}",
                    language=language,
                    audio="",
                    silence_spans=silences(part, least_db=least_db),
                    text=text,
                    words_by="machine",
                    tags=["conversation", "mixed", "words-by-machine"],
                    source=file.stem,
                    origin=Origin(hashlib.sha256(data).hexdigest(), None, cut.start, cut.end, file.name),
                )
                yield row, part


def _speakers(source: Path) -> dict[str, dict[str, list[Span]]]:
    """Return the speech of each speaker of each recording in order."""
    found: dict[str, dict[str, list[Span]]] = {}
    for listing in sorted(source.rglob("*.rttm")):
        for line in listing.read_text(encoding="utf-8").splitlines():
            cells = line.split()
            if cells and cells[0] == "SPEAKER":
                span = Span(float(cells[3]), round(float(cells[3]) + float(cells[4]), 3))
                found.setdefault(cells[1], {}).setdefault(cells[7], []).append(span)
    return {
        name: {speaker: sorted(spans, key=lambda span: span.start) for speaker, spans in each.items()}
        for name, each in found.items()
    }


def _turns(speakers: dict[str, list[Span]]) -> Iterator[tuple[str, list[Span], list[Span]]]:
    """Yield each turn without speech of others, with its speaker and all speech of the recording."""
    for speaker, own in speakers.items():
        others = sorted(
            (span for name, spans in speakers.items() if name != speaker for span in spans),
            key=lambda span: span.start,
        )
        for turn in turns_alone(own, others):
            yield speaker, turn, [*own, *others]
