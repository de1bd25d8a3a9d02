"""Keeps a session's transcript as lines, and cuts it into parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bus.messages import (
    Event,
    FinalTranscribed,
    PracticeQuestionAsked,
    QuestionDetected,
    SessionStarted,
    TranscriptRevised,
    TurnStarted,
)
from bus.messages.control import TYPED
from llm.prompt import TranscriptLine

SUMMARY_TOKENS = 1200
"""Most tokens of the reply for one part."""

INTERVIEWER = "Interviewer"
"""Speaker of practice questions, which the program asks."""

_INSTRUCTION_TOKENS = 600
_CHARACTERS_PER_TOKEN = 3
"""Fewer than a token has in English, so that other languages fit too."""
_LEAST_CHARACTERS = 2000
_LINE_CHARACTERS = 40
"""Added for each line: its number, and the speaker."""


class TranscriptLines:
    """The turns and typed questions so far, in their order; a later transcript replaces an earlier one.

    Args:
        own_source: The source with the user's voice, at whose times practice questions are asked.
    """

    def __init__(self, own_source: str = "mic") -> None:
        self._own_source = own_source
        self._names: dict[str, str] = {}
        self._lines: dict[tuple[str, int], TranscriptLine] = {}
        self._now = 0
        """Where the newest turn ended, for typed questions, which have no position of their own."""
        self._asked = ""
        """The newest practice question."""

    def apply(self, event: Event) -> None:
        """Apply one event."""
        match event:
            case SessionStarted(names=names):
                self._names = names
            case FinalTranscribed(source=source, utterance=utterance, replaces=replaces):
                for earlier in replaces:
                    self._lines.pop((source, earlier), None)
                speaker = self._names.get(source, source)
                self._now = max(self._now, event.stop_sample)
                self._add(TranscriptLine(source, utterance, event.start_sample, speaker, event.text))
            case TranscriptRevised(source=source, utterance=utterance, text=text):
                if line := self._lines.get((source, utterance)):
                    self._add(line._replace(text=text))
            case QuestionDetected(kind=kind, utterance=number, text=text) if kind == TYPED:
                speaker = f"{self._names.get(self._own_source, self._own_source)} (typed)"
                self._add(TranscriptLine(TYPED, number, self._now, speaker, text))
            case PracticeQuestionAsked(text=text):
                self._asked = text
            case TurnStarted(number=number, from_sample=sample):
                self._add(TranscriptLine(self._own_source, -number, sample, INTERVIEWER, self._asked))
            case _:
                pass

    def lines(self) -> tuple[TranscriptLine, ...]:
        """Return all lines that have words."""
        return tuple(line for line in self._lines.values() if line.text)

    def _add(self, line: TranscriptLine) -> None:
        self._lines[line.source, line.utterance] = line._replace(text=" ".join(line.text.split()))


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
