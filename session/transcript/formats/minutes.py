"""Arranges a saved session as minutes: paragraphs of one speaker, questions where they were asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bus.messages.control import MARKED
from overlay.texts.strings import NO_TEXT
from session.transcript.saved_session import Mark, Question, SavedSession, Turn

PAUSE_S = 6.0
"""After a longer silence the same speaker begins a new paragraph."""
LONG_CHARACTERS = 600
"""A paragraph this long ends with its next sentence."""
SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！", "؟")


@dataclass(frozen=True)
class Paragraph:
    """Consecutive turns of one speaker."""

    source: str
    turns: tuple[Turn, ...]

    @property
    def start_s(self) -> float:
        """When it begins."""
        return self.turns[0].start_s

    @property
    def text(self) -> str:
        """The words of all its turns, as one line."""
        return " ".join(turn.marked_text for turn in self.turns)


def minutes(saved: SavedSession) -> Iterator[Paragraph | Question]:
    """Yield the paragraphs and questions of a session in the order in which they happened."""
    questions = sorted(saved.questions, key=lambda question: (question.at_s, question.number))
    collected: list[Turn] = []
    for turn in sorted([*saved.turns, *map(_marked, saved.marks)], key=lambda turn: turn.start_s):
        before = [question for question in questions if question.at_s <= turn.start_s]
        if collected and (before or _ends_before(turn, collected)):
            yield Paragraph(collected[0].source, tuple(collected))
            collected = []
        yield from before
        collected.append(turn)
        questions = questions[len(before) :]
        asked = [each for each in questions if each.source == turn.source and each.at_s <= turn.stop_s]
        if asked:
            yield Paragraph(turn.source, tuple(collected))
            collected = []
            yield from asked
            questions = [question for question in questions if question not in asked]
    if collected:
        yield Paragraph(collected[0].source, tuple(collected))
    yield from questions


def _marked(mark: Mark) -> Turn:
    """Return a mark as a turn of its own."""
    return Turn(source=MARKED, start_s=mark.at_s, stop_s=mark.at_s, text=mark.text or NO_TEXT)


def _ends_before(turn: Turn, collected: Sequence[Turn]) -> bool:
    last = collected[-1]
    if turn.source != last.source or turn.start_s - last.stop_s > PAUSE_S:
        return True
    is_long = sum(len(each.text) for each in collected) > LONG_CHARACTERS
    return is_long and last.text.endswith(SENTENCE_ENDS)
