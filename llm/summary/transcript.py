"""Keeps a session's transcript as lines, and cuts it into parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bus.messages import Event, FinalTranscribed, SessionStarted, TranscriptRevised
from llm.prompt import TranscriptLine

SUMMARY_TOKENS = 1200
"""Most tokens of the reply for one part."""

_INSTRUCTION_TOKENS = 600
_CHARACTERS_PER_TOKEN = 3
"""Fewer than a token has in English, so that other languages fit too."""
_LEAST_CHARACTERS = 2000
_LINE_CHARACTERS = 40
"""Added for each line: its number, and the speaker."""


class TranscriptLines:
    """The turns so far, in the order of their first words; a later transcript replaces an earlier one."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._finals: dict[tuple[str, int], FinalTranscribed] = {}
        self._revised: dict[tuple[str, int], str] = {}

    def apply(self, event: Event) -> None:
        """Apply one event."""
        match event:
            case SessionStarted(names=names):
                self._names = names
            case FinalTranscribed(source=source, utterance=utterance, replaces=replaces):
                for earlier in replaces:
                    self._finals.pop((source, earlier), None)
                self._finals[source, utterance] = event
                self._revised.pop((source, utterance), None)
            case TranscriptRevised(source=source, utterance=utterance, text=text):
                self._revised[source, utterance] = text
            case _:
                pass

    def lines(self) -> tuple[TranscriptLine, ...]:
        """Return all lines that have words."""
        return tuple(
            TranscriptLine(
                source=final.source,
                utterance=final.utterance,
                start_sample=final.start_sample,
                speaker=self._names.get(final.source, final.source),
                text=text,
            )
            for place, final in self._finals.items()
            if (text := " ".join(self._revised.get(place, final.text).split()))
        )


def parts(lines: Sequence[TranscriptLine], context_tokens: int) -> Iterator[tuple[TranscriptLine, ...]]:
    """Yield consecutive lines that fit a context together; a longer line is cut."""
    most = (context_tokens - SUMMARY_TOKENS - _INSTRUCTION_TOKENS) * _CHARACTERS_PER_TOKEN
    most = max(most, _LEAST_CHARACTERS)
    part: list[TranscriptLine] = []
    size = 0
    for line in lines:
        for piece in _pieces(line, most - _LINE_CHARACTERS):
            length = len(piece.text) + _LINE_CHARACTERS
            if part and size + length > most:
                yield tuple(part)
                part, size = [], 0
            part.append(piece)
            size += length
    if part:
        yield tuple(part)


def _pieces(line: TranscriptLine, most: int) -> Iterator[TranscriptLine]:
    text = line.text
    while len(text) > most:
        at = text.rfind(" ", 1, most)
        at = at if at > 0 else most
        yield TranscriptLine(line.source, line.utterance, line.start_sample, line.speaker, text[:at])
        text = text[at:].lstrip()
    yield TranscriptLine(line.source, line.utterance, line.start_sample, line.speaker, text)
