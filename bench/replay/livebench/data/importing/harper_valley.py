"""Importer of HarperValleyBank (CC BY 4.0), 1,446 simulated bank calls.

Each party has a channel of its own. People corrected the words, a machine timed them, and the end of a turn
comes from sound. The audio is github.com/cricketclub/gridspace-stanford-harper-valley.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from livebench.contract import SAMPLE_RATE
from livebench.data.importing.storing import Found
from livebench.data.importing.transcripts import not_understood, plain
from livebench.data.importing.turns import (
    Cut,
    conversation_turns,
    cut_around,
    has_clear_end,
    part_of,
    spans_between,
)
from livebench.data.rows import Audio, Origin, Row, Span, Word, decode_audio
from livebench.data.silences import least_speech_db, silences

_CLONE = "https://github.com/cricketclub/gridspace-stanford-harper-valley"


class Segment(msgspec.Struct, frozen=True):
    """A segment of data/transcript/SID.json, milliseconds."""

    speaker_role: str
    offset_ms: int
    """In the recording of its channel, which may begin before the conversation."""
    start_ms: int
    """In the conversation, so comparable between channels."""
    duration_ms: int
    human_transcript: str
    word_offsets_ms: list[int]
    word_durations_ms: list[int]

    @property
    def span(self) -> Span:
        """Its place in the conversation, seconds."""
        return Span(self.start_ms / 1000, (self.start_ms + self.duration_ms) / 1000)


def from_harper_valley(source: Path) -> Found:
    """Yield the turns of data/transcript/SID.json with data/audio/{agent,caller}/SID.wav.

    Words have times where people and machine have equally many. Turns with words that people did not
    understand, and those with an unclear end, are left out.
    """
    root = source / "data" if (source / "data").is_dir() else source
    for listing in sorted((root / "transcript").glob("*.json")):
        segments = msgspec.json.decode(listing.read_bytes(), type=list[Segment])
        roles = ("agent", "caller")
        spoken = [
            [s for s in segments if s.speaker_role == role and plain(s.human_transcript)] for role in roles
        ]
        turns = conversation_turns(*([s.span for s in each] for each in spoken))
        for role, own, found in zip(roles, spoken, turns, strict=True):
            file = root / "audio" / role / f"{listing.stem}.wav"
            if file.exists():
                channel = [s for s in segments if s.speaker_role == role]
                yield from _rows(f"{listing.stem}.{role}", file, own, channel, found)


def _rows(
    name: str, file: Path, own: Sequence[Segment], channel: Sequence[Segment], turns: Sequence[Sequence[Span]]
) -> Found:
    data = file.read_bytes()
    samples = decode_audio(data, str(file))
    least_db = least_speech_db(samples)
    sha256 = hashlib.sha256(data).hexdigest()
    sounds = [_in_recording(each) for each in channel]
    for turn in turns:
        segments = [each for each in own if each.span in turn]
        cut = cut_around([_in_recording(each) for each in segments], sounds, len(samples) / SAMPLE_RATE)
        part = part_of(samples, cut)
        if any(not_understood(each.human_transcript) for each in segments) or not has_clear_end(
            part, least_db
        ):
            continue
        words = _words(segments, cut)
        yield (
            Row(
                id=f"{name}.{cut.start:07.2f}",
                language="en",
                audio="",
                silence_spans=_spans(words, part, least_db),
                text=" ".join(plain(each.human_transcript) for each in segments),
                words=words,
                tags=["conversation", "call", "telephone"],
                licence="CC-BY-4.0",
                source="HarperValleyBank",
                origin=Origin(
                    sha256, 0, cut.start, cut.end, f"data/audio/{file.parent.name}/{file.name}", _CLONE
                ),
            ),
            part,
        )


def _in_recording(segment: Segment) -> Span:
    return Span(segment.offset_ms / 1000, (segment.offset_ms + segment.duration_ms) / 1000)


def _words(segments: Sequence[Segment], cut: Cut) -> list[Word]:
    """Return the words with their times in the cut; none if a segment's words were not timed one by one."""
    found: list[Word] = []
    for each in segments:
        texts = each.human_transcript.split()
        if len(texts) != len(each.word_offsets_ms):
            return []
        for text, offset_ms, length_ms in zip(
            texts, each.word_offsets_ms, each.word_durations_ms, strict=True
        ):
            start_s = (each.offset_ms + offset_ms) / 1000 - cut.start
            if plain(text):
                found.append(Word(text, round(start_s, 3), round(start_s + length_ms / 1000, 3)))
    return found


def _spans(words: Sequence[Word], part: Audio, least_db: float) -> list[Span]:
    """Return the silences between words, or those of the sound, and the one after the end of sound."""
    *others, end = silences(part, least_db=least_db)
    if not words:
        return [*others, end]
    inner = [each for each in spans_between(words, end.end)[:-1] if each.end < end.start]
    return [*inner, end]
