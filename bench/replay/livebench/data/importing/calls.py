"""Importer of calls with each party on a channel of its own.

A call is a stereo file, or two files named by party. Turns come from the sound of both channels; one whose
end is unclear is left out. Words come from a transcript beside it, else from faster-whisper.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from livebench.contract import SAMPLE_RATE
from livebench.data.importing.storing import Found
from livebench.data.importing.transcripts import (
    Transcribe,
    Utterance,
    read_text_grid,
    read_turns_json,
    text_in,
    transcriber,
)
from livebench.data.importing.turns import conversation_turns, cut_around, has_clear_end, part_of
from livebench.data.rows import Audio, Origin, Row, decode_channels
from livebench.data.silences import least_speech_db, silences, sounds

_RECORDINGS = (".wav", ".flac", ".ogg", ".mp3")
_PARTIES = (("agent", "caller"), ("agent", "customer"), ("doctor", "patient"), ("interviewer", "candidate"))
_SAME_CHANNEL = 0.95
"""Channels of a higher correlation are one mixed recording twice."""


class Side(msgspec.Struct, frozen=True):
    """One party's channel of a call."""

    party: str
    file: Path
    channel: int
    utterances: list[Utterance]


def from_calls(source: Path, *, weights: Path | None, language: str) -> Found:
    """Yield the turns of both parties of all calls below a folder, or of one stereo file.

    Args:
        source: Recordings with two channels, or pairs such as x_agent.wav and x_caller.wav. Beside them may
            be x.turns.json, or x_agent.TextGrid (also in a folder "transcripts" beside the recordings').
        weights: A CTranslate2 Whisper folder for turns without a transcript; None leaves them out.
        language: Of all calls.
    """
    transcribe = transcriber(weights, language) if weights else None
    for name, sides in _calls(source):
        yield from _turns_of(name, sides, language, transcribe)


def _turns_of(name: str, sides: Sequence[Side], language: str, transcribe: Transcribe | None) -> Found:
    files = {side.file: side.file.read_bytes() for side in sides}
    decoded = {file: decode_channels(data, str(file)) for file, data in files.items()}
    channels = [np.ascontiguousarray(decoded[side.file][:, side.channel]) for side in sides]
    heard = [sounds(samples) for samples in channels]
    for side, samples, own, turns in zip(
        sides, channels, heard, conversation_turns(heard[0], heard[1]), strict=True
    ):
        least_db = least_speech_db(samples)
        for turn in turns:
            cut = cut_around(turn, own, len(samples) / SAMPLE_RATE)
            part = part_of(samples, cut)
            text, by = text_in(side.utterances, cut)
            if not has_clear_end(part, least_db):
                continue
            if not text and transcribe:
                text, by = transcribe(part), "machine"
            if text:
                yield (
                    Row(
                        id=f"{name}.{side.party}.{cut.start:07.2f}",
                        language=language,
                        audio="",
                        silence_spans=silences(part, least_db=least_db),
                        text=text,
                        words_by=by,
                        tags=["conversation", "call", f"words-by-{by}"],
                        source=name,
                        origin=Origin(
                            hashlib.sha256(files[side.file]).hexdigest(),
                            side.channel,
                            cut.start,
                            cut.end,
                            side.file.name,
                        ),
                    ),
                    part,
                )


def _calls(source: Path) -> Iterator[tuple[str, list[Side]]]:
    files = sorted(source.rglob("*")) if source.is_dir() else [source]
    recordings = [file for file in files if file.suffix.lower() in _RECORDINGS]
    for file in recordings:
        pair = _partner(file, recordings)
        if pair:
            name, parties, partner = pair
            yield (
                name,
                [
                    Side(party, each, 0, _transcript(each, name, party))
                    for party, each in zip(parties, (file, partner), strict=True)
                ],
            )
        elif _has_two_channels(file):
            yield (
                file.stem,
                [
                    Side(f"{number + 1}", file, number, _transcript(file, file.stem, f"{number + 1}"))
                    for number in (0, 1)
                ],
            )


def _partner(file: Path, recordings: Sequence[Path]) -> tuple[str, tuple[str, str], Path] | None:
    """Return the name of the call, the parties and the other party's file, if this is the first party's."""
    for parties in _PARTIES:
        for other in recordings:
            swapped = re.sub(parties[0], parties[1], str(file), flags=re.IGNORECASE)
            if parties[0] in file.stem.lower() and other != file and str(other).lower() == swapped.lower():
                return re.sub(rf"[_\-. ]?{parties[0]}", "", file.stem, flags=re.IGNORECASE), parties, other
    return None


def _has_two_channels(file: Path) -> bool:
    channels: Audio = decode_channels(file.read_bytes(), str(file))
    if channels.shape[1] != 2 or not channels.std(axis=0).all():
        return False
    return bool(abs(np.corrcoef(channels[:, 0], channels[:, 1]).item(1)) < _SAME_CHANNEL)


def _transcript(file: Path, call: str, party: str) -> list[Utterance]:
    turns = file.with_name(f"{call}.turns.json")
    if turns.exists():
        return [each for each in read_turns_json(turns) if each.speaker == party]
    for folder in (file.parent, file.parent.parent / "transcripts"):
        grid = folder / f"{file.stem}.TextGrid"
        if grid.exists():
            return read_text_grid(grid)
    return []
