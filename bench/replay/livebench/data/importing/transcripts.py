"""Transcripts of calls: utterances with times from files, or words from faster-whisper.

Reads turns.json, a list of objects with `start`, `end` (seconds), `speaker`, `text` and optionally
`words_by`, and Praat's TextGrid with one tier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from livebench.data.importing.turns import Cut
from livebench.data.rows import Audio, WordsBy
from livebench.failures import InputFailure, MachineFailure

_MARKUP = re.compile(r"\[[^\]]*\]|<[^>]*>")
_NOT_UNDERSTOOD = re.compile(r"<(unk|unin|inaudible)", re.IGNORECASE)
_INTERVAL = re.compile(r'xmin = ([\d.]+)\s+xmax = ([\d.]+)\s+text = "((?:[^"]|"")*)"')
_INSIDE = 0.8
"""Part of an utterance that must lie in a turn for its text to be the turn's."""
_TOUCHES_S = 0.2
_UNSURE_LOG_PROBABILITY = -1.0
_NO_SPEECH = 0.6

Transcribe = Callable[[Audio], str]


class Utterance(msgspec.Struct, frozen=True):
    """Transcribed speech of one speaker, seconds."""

    start: float
    end: float
    text: str
    speaker: str = ""
    words_by: WordsBy = "people"


def plain(text: str) -> str:
    """Return a transcript without markup such as [noise] and <unk>."""
    return " ".join(_MARKUP.sub(" ", text).split())


def not_understood(text: str) -> bool:
    """Tell whether a transcript says that some words are missing."""
    return bool(_NOT_UNDERSTOOD.search(text))


def read_turns_json(file: Path) -> list[Utterance]:
    """Return the utterances of turns.json.

    Raises:
        InputFailure: It is no such file.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[Utterance])
    except msgspec.DecodeError as error:
        raise InputFailure(f"{file} is no list of utterances: {error}", kept="nothing was written") from error


def read_text_grid(file: Path) -> list[Utterance]:
    """Return the utterances of a TextGrid file of one speaker."""
    content = file.read_text(encoding="utf-8-sig")
    return [
        Utterance(float(start), float(end), text.replace('""', '"'))
        for start, end, text in _INTERVAL.findall(content)
        if text.strip()
    ]


def text_in(utterances: Sequence[Utterance], cut: Cut) -> tuple[str, WordsBy]:
    """Return the words in a part, and who transcribed them.

    There are no words if an utterance lies partly outside, or if some were not understood.
    """
    found: list[Utterance] = []
    for each in utterances:
        inside_s = min(each.end, cut.end) - max(each.start, cut.start)
        if inside_s < min(_TOUCHES_S, (each.end - each.start) / 2):
            continue
        if inside_s < _INSIDE * (each.end - each.start) or not_understood(each.text):
            return "", "people"
        found.append(each)
    by: WordsBy = "machine" if any(each.words_by == "machine" for each in found) else "people"
    return plain(" ".join(each.text for each in found)), by


def transcriber(weights: Path, language: str) -> Transcribe:
    """Return a function that transcribes a turn, with no words where the model is unsure.

    Raises:
        MachineFailure: faster-whisper is missing.
    """
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise MachineFailure(
            "faster-whisper is missing, which transcribes calls that have no transcript",
            kept="nothing was written",
            fix="pip install 'cuecard-livebench[transcribe]'",
        ) from error
    model = WhisperModel(str(weights), device="cpu", compute_type="int8")

    def transcribe(samples: Audio) -> str:
        segments = list(model.transcribe(samples, language=language, condition_on_previous_text=False)[0])
        unsure = any(
            each.avg_logprob < _UNSURE_LOG_PROBABILITY or each.no_speech_prob > _NO_SPEECH
            for each in segments
        )
        return "" if unsure else plain(" ".join(each.text for each in segments))

    return transcribe
