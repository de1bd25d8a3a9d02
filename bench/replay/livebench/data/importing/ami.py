"""Importer of AMI: meetings with a headset microphone for each speaker, and words with times."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

from livebench.contract import SAMPLE_RATE
from livebench.data.importing.storing import Found
from livebench.data.importing.turns import MARGIN_S, spans_between
from livebench.data.rows import Row, Word, decode_audio

_TURN_PAUSE_S = 1.5
"""A longer silence between a speaker's words ends the turn: the source labels words only."""


def from_ami(source: Path) -> Found:
    """Yield the turns of AMI (CC BY 4.0): words/MEETING.X.words.xml, and MEETING.Headset-N.wav."""
    headsets = {file.name: file for file in source.rglob("*.Headset-*.wav")}
    for listing in sorted((source / "words").glob("*.words.xml")):
        meeting, speaker = listing.name.split(".")[:2]
        audio_file = headsets.get(f"{meeting}.Headset-{ord(speaker) - ord('A')}.wav")
        if not audio_file:
            continue
        samples = decode_audio(audio_file.read_bytes(), str(audio_file))
        for number, words in enumerate(_turns(_ami_words(listing)), start=1):
            start_s = max(0.0, words[0].start - MARGIN_S)
            stop_s = words[-1].end + MARGIN_S
            part = samples[round(start_s * SAMPLE_RATE) : round(stop_s * SAMPLE_RATE)]
            moved = [Word(word.text, word.start - start_s, word.end - start_s) for word in words]
            row = Row(
                id=f"{meeting}.{speaker}.{number}",
                language="en",
                audio="",
                silence_spans=spans_between(moved, len(part) / SAMPLE_RATE),
                words=moved,
                tags=["conversation", "meeting", "ami"],
                licence="CC-BY-4.0",
                source="AMI",
            )
            yield row, part


def _turns(words: list[Word]) -> Iterator[list[Word]]:
    turn: list[Word] = []
    for word in words:
        if turn and word.start - turn[-1].end > _TURN_PAUSE_S:
            yield turn
            turn = []
        turn.append(word)
    if turn:
        yield turn


def _ami_words(listing: Path) -> list[Word]:
    words: list[Word] = []
    for element in ElementTree.parse(listing).getroot():
        text = (element.text or "").strip()
        if not element.tag.endswith("w") or not text:
            continue
        if element.get("punc") == "true" and words:
            words[-1] = Word(words[-1].text + text, words[-1].start, words[-1].end)
        elif element.get("starttime") and element.get("endtime"):
            words.append(Word(text, float(element.attrib["starttime"]), float(element.attrib["endtime"])))
    return words
