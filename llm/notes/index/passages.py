"""Cuts notes into passages, each under its heading.

A passage is a paragraph, or a few short ones under one heading; long paragraphs are cut between sentences.
Headings are those of Markdown, lines in capitals or bold, and short lines above text. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llm.notes.read.note_files import Note

WANTED_WORDS = 60
"""Short paragraphs under one heading are joined up to about this many words."""

LONGEST_WORDS = 120
"""Passages are cut at about this many."""

_FENCE = re.compile(r"\s*(?:```|~~~)")
_HEADING = re.compile(r"(#{1,6})\s+(\S.*)$", re.DOTALL)
_RULE = re.compile(r"\s*(?:=+|-{3,}|\*{3,}|_{3,})\s*$")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_CAPITALS = re.compile(r"[A-Z][A-Z0-9 &/,'’()-]{2,60}[:?]?$")
_BOLD = re.compile(r"\s*(?:\d{1,2}[.)]\s+)?(\*\*|__)(?P<name>(?:(?!\1).){2,100})\1\s*:?\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?…。？！])\s+")
_ENTRY = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s|.* \| ")
_TITLE = re.compile(r"[^\W\d_a-z][^.!,;|]*[^.!,;|]$")
_LONGEST_TITLE_WORDS = 6
_BOLD_LEVEL = 7
"""Level of a line in bold: below all other headings."""


@dataclass(frozen=True)
class Piece:
    """A passage of a note."""

    file: str
    heading: str
    """Its headings, outermost first: "Projects > Billing"."""
    text: str


def cut(notes: Iterable[Note]) -> list[Piece]:
    """Return the passages of these notes in order."""
    return [
        Piece(note.name, heading, text)
        for note in notes
        for heading, paragraphs in _sections(_FRONT_MATTER.sub("", note.text))
        for text in _gather(paragraphs)
    ]


def heading_in(line: str) -> tuple[int, str] | None:
    """Return the level and text of a Markdown heading; None for other lines. Takes linear time."""
    found = _HEADING.match(line)
    if found is None:
        return None
    text = found[2].rstrip()
    return len(found[1]), text.rstrip("#").rstrip() or text[0]


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each heading with the paragraphs directly under it."""
    trail: dict[int, str] = {}
    paragraphs: list[str] = []
    for level, line in [*_lines(text), (1, "")]:
        if not level:
            paragraphs.append(line)
            continue
        deepest = max(trail, default=0)
        if not paragraphs and deepest >= level:  # a heading without text is its own passage
            paragraphs = [trail[deepest]]
        yield " > ".join(trail.values()), paragraphs
        trail = {depth: name for depth, name in trail.items() if depth < level} | {level: line}
        paragraphs = []


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield headings with their level (1 to 7) and paragraphs with level 0."""
    paragraph: list[str] = []
    fenced = False
    lines = [*text.split("\n"), ""]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        fenced ^= _FENCE.match(line) is not None
        heading = None if fenced else heading_in(line)
        underlined = not fenced and len(paragraph) == 1 and _RULE.match(line) is not None
        capitals = not fenced and not paragraph and _CAPITALS.match(line.strip()) is not None
        bold = None if fenced or paragraph else _BOLD.match(line)
        title = not fenced and not paragraph and _is_title(line, following)
        if heading or underlined or capitals or bold or title or (not line.strip() and not fenced):
            if paragraph and not underlined:
                yield 0, "\n".join(paragraph)
            if heading:
                yield heading
            elif underlined:
                yield (1 if "=" in line else 2), paragraph[0].strip()
            elif bold:
                yield _BOLD_LEVEL, bold["name"].strip().rstrip(":")
            elif title:
                yield _BOLD_LEVEL, line.strip().rstrip(":")
            elif capitals:
                yield 1, line.strip().rstrip(":")
            paragraph = []
        elif fenced or not _RULE.match(line):
            paragraph.append(line.rstrip())
    if paragraph:
        yield 0, "\n".join(paragraph)


def _is_title(line: str, following: str) -> bool:
    """Return whether a short line is directly above longer text, as headings in plain text are."""
    title = line.strip()
    return (
        _TITLE.match(title) is not None
        and len(title.split()) <= _LONGEST_TITLE_WORDS
        and len(following.split()) > len(title.split()) + 1
        and _RULE.match(following) is None
    )


def _gather(paragraphs: Iterable[str]) -> Iterator[str]:
    """Join short paragraphs and cut long ones."""
    gathered = ""
    for paragraph in paragraphs:
        for part, separator in _parts(paragraph):
            if gathered and len(gathered.split()) + len(part.split()) > WANTED_WORDS:
                yield gathered
                gathered = ""
            gathered = f"{gathered}{separator}{part}" if gathered else part
    if gathered:
        yield gathered


def _parts(paragraph: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a paragraph, each with the separator before it."""
    separator = "\n\n"
    for entry in _entries(paragraph):
        for part in _cut_long(entry):
            yield part, separator
            separator = " "
        separator = "\n"


def _entries(paragraph: str) -> Iterator[str]:
    """Yield the entries of a long list or rows of a long table; other paragraphs uncut."""
    lines = paragraph.split("\n")
    starts = [number for number, line in enumerate(lines) if number and _ENTRY.match(line)]
    if len(paragraph.split()) <= WANTED_WORDS or not starts:
        yield paragraph
        return
    for start, stop in zip([0, *starts], [*starts, len(lines)], strict=True):
        yield "\n".join(lines[start:stop])


def _cut_long(paragraph: str) -> Iterator[str]:
    if len(paragraph.split()) <= LONGEST_WORDS:
        yield paragraph.strip("\n").rstrip()
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
    for sentence in _SENTENCE_END.split(paragraph):
        words = sentence.split()
        for start in range(0, len(words), LONGEST_WORDS):
            yield " ".join(words[start : start + LONGEST_WORDS])
