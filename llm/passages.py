"""Cuts notes into passages: pieces that stand alone, each under its heading.

Pure. A passage is a paragraph or a few short ones under one heading; a long paragraph is cut between
sentences. Knows Markdown's headings and plain text's capitals; knows nothing of questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llm.notes import Note
from llm.sentences import sentences

WANTED_WORDS = 60
"""Short paragraphs under one heading are put together up to about this many words."""

LONGEST_WORDS = 120
"""A passage is cut at about this many."""

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_RULE = re.compile(r"\s*(?:=+|-{3,}|\*{3,}|_{3,})\s*$")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_CAPITALS = re.compile(r"[A-Z][A-Z0-9 &/,'-]{2,60}:?$")


@dataclass(frozen=True)
class Piece:
    """A passage of a note."""

    file: str
    heading: str
    """The headings it stands under, outermost first: "Projects > Billing"."""
    text: str


def cut(notes: Iterable[Note]) -> list[Piece]:
    """Return the passages of these notes in order."""
    return [
        Piece(note.name, heading, text)
        for note in notes
        for heading, paragraphs in _sections(_FRONT_MATTER.sub("", note.text))
        for text in _gather(paragraphs)
    ]


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each heading with the paragraphs directly under it."""
    trail: dict[int, str] = {}
    paragraphs: list[str] = []
    for level, line in [*_lines(text), (1, "")]:
        if not level:
            paragraphs.append(line)
            continue
        deepest = max(trail, default=0)
        if not paragraphs and deepest >= level:  # a heading with nothing under it says something itself
            paragraphs = [trail[deepest]]
        yield " > ".join(trail.values()), paragraphs
        trail = {depth: name for depth, name in trail.items() if depth < level} | {level: line}
        paragraphs = []


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield headings with their level (1 to 6) and paragraphs with level 0."""
    paragraph: list[str] = []
    fenced = False
    for line in [*text.split("\n"), ""]:
        fenced ^= _FENCE.match(line) is not None
        heading = None if fenced else _HEADING.match(line)
        underlined = not fenced and len(paragraph) == 1 and _RULE.match(line) is not None
        capitals = not fenced and not paragraph and _CAPITALS.match(line.strip()) is not None
        if heading or underlined or capitals or (not line.strip() and not fenced):
            if paragraph and not underlined:
                yield 0, "\n".join(paragraph)
            if heading:
                yield len(heading[1]), heading[2]
            elif underlined:
                yield (1 if "=" in line else 2), paragraph[0].strip()
            elif capitals:
                yield 1, line.strip().rstrip(":")
            paragraph = []
        elif fenced or not _RULE.match(line):
            paragraph.append(line.rstrip())
    if paragraph:
        yield 0, "\n".join(paragraph)


def _gather(paragraphs: Iterable[str]) -> Iterator[str]:
    """Put short paragraphs together and cut long ones."""
    gathered: list[str] = []
    count = 0
    for paragraph in paragraphs:
        for part in _cut_long(paragraph):
            size = len(part.split())
            if gathered and count + size > WANTED_WORDS:
                yield "\n\n".join(gathered)
                gathered, count = [], 0
            gathered.append(part)
            count += size
    if gathered:
        yield "\n\n".join(gathered)


def _cut_long(paragraph: str) -> Iterator[str]:
    if len(paragraph.split()) <= LONGEST_WORDS:
        yield paragraph.strip()
        return
    parts: list[str] = []
    count = 0
    for sentence in _short_sentences(paragraph):
        size = len(sentence.split())
        if parts and count + size > LONGEST_WORDS:
            yield " ".join(parts)
            parts, count = [], 0
        parts.append(sentence)
        count += size
    yield " ".join(parts)


def _short_sentences(paragraph: str) -> Iterator[str]:
    for sentence in sentences(paragraph):
        spoken = sentence.split()
        for start in range(0, len(spoken), LONGEST_WORDS):
            yield " ".join(spoken[start : start + LONGEST_WORDS])
