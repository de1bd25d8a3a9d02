"""Searches saved sessions for words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bus.messages.control import MARKED, TYPED
from overlay.texts.translation import clock
from session.transcript.saved_session import SavedSession

_AROUND = 60
"""Characters that are shown before and after a match."""


@dataclass(frozen=True)
class Match:
    """Words that were found."""

    time: str
    """In the session: "1:07"; empty for an answer of a practice."""
    speaker: str
    """Who spoke, or the model that answered."""
    text: str


def search(saved: SavedSession, words: str) -> Iterator[Match]:
    """Yield where the words are in turns, questions, answers and practice, without regard to case."""
    for at_s, speaker, text in sorted(_texts(saved), key=lambda row: row[0]):
        if cut := _around(" ".join(text.split()), words):
            yield Match(clock(at_s), speaker, cut)
    for answer in saved.practice.answers if saved.practice else ():
        for text in (answer.asked, answer.text):
            if cut := _around(" ".join(text.split()), words):
                yield Match("", "", cut)


def _texts(saved: SavedSession) -> Iterator[tuple[float, str, str]]:
    for turn in saved.turns:
        yield turn.start_s, saved.speaker(turn.source), turn.text
    for mark in saved.marks:
        yield mark.at_s, saved.speaker(MARKED), mark.text
    for question in saved.questions:
        if question.source == TYPED:  # which no turn has
            yield question.at_s, saved.speaker(TYPED), question.text
        yield question.at_s, question.model, question.answer


def _around(text: str, words: str) -> str:
    """Return the first match with what is around it; empty without one."""
    at = text.casefold().find(words.casefold())
    if at < 0:
        return ""
    start, stop = max(0, at - _AROUND), at + len(words) + _AROUND
    return f"{'…' if start else ''}{text[start:stop]}{'…' if stop < len(text) else ''}"
