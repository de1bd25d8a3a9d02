"""Finds question and answer pairs in the user's notes.

Four forms: "Q:" and "A:", a heading that is a question, a line that is a question above text, and a table row
whose first cell is a question. Answers are not changed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from llm.notes.index.passages import heading_in
from llm.notes.read.note_files import Note

LONGEST_QUESTION_WORDS = 40

_FENCE = re.compile(r"\s*(?:```|~~~)")
_UNDERLINE = re.compile(r"(?:=+|-{3,})\s*$")
_BOLD = re.compile(r"\s*(\*\*|__)(?P<title>(?:(?!\1).)+)\1\s*:?\s*$")
_NUMBER = re.compile(r"\s*(?:\(?\d{1,3}[.):]|[a-zA-Z][.)])\s+")
_QUESTION_MARKED = re.compile(
    r"\s*(?:[-*+]\s+|\d{1,3}[.)]\s+)?[*_]{0,2}(?:Q|Question)\s*\d*\s*[*_]{0,2}[.:)]"
    r"\s*[*_]{0,2}\s*(?P<rest>.+?)\s*[*_]{0,2}$"
)
_ANSWER_MARKED = re.compile(
    r"\s*(?:[-*+]\s+)?[*_]{0,2}(?:A|Answer|Reply)\s*\d*\s*[*_]{0,2}[.:)](?:[*_]{2})?(?:\s+|$)(?P<rest>.*)$"
)
_TABLE_HEADS = frozenset({"question", "questions", "q"})
_CELL_RULE = re.compile(r":?-{2,}:?$")
_ASKS = re.compile(
    r"(?:(?:and |so |but )?(?:why|what|how|when|where|who|which)(?: \w+)?"
    r"(?:'s| (?:do|does|did|are|is|was|were|would|will|should|can|could|have|has))\b|"
    r"(?:do|are|have|can|could|would|will|did|were) you\b|tell (?:me|us)\b|describe\b|"
    r"walk (?:me|us)\b|talk (?:me|us) through|give (?:me|us)? ?an example|talk about|"
    r"introduce yourself|explain\b)",
    re.IGNORECASE,
)
_LEVEL_BOLD, _LEVEL_MARKED, _LEVEL_LINE = 7, 8, 9


@dataclass(frozen=True)
class QaPair:
    """A question with the user's answer."""

    file: str
    question: str
    """As written."""
    reply: str
    """The answer, as written."""


def qa_pairs(notes: Iterable[Note]) -> list[QaPair]:
    """Return the pairs in these notes, in order."""
    return [
        QaPair(note.name, question, reply)
        for note in notes
        for question, reply in _Reader().read(note.text.split("\n"))
    ]


@dataclass
class _Open:
    """A question whose answer is being read."""

    question: str
    level: int
    lines: list[str] = field(default_factory=list)


class _Reader:
    """Reads one file line by line."""

    def __init__(self) -> None:
        self._open: _Open | None = None
        self._fenced = False

    def read(self, lines: list[str]) -> Iterator[tuple[str, str]]:
        """Yield each question with its answer."""
        before = ""
        for number, line in enumerate(lines):
            following = lines[number + 1] if number + 1 < len(lines) else ""
            yield from self._read_line(line, before, following)
            before = line
        yield from self._close()

    def _read_line(self, line: str, before: str, following: str) -> Iterator[tuple[str, str]]:
        self._fenced ^= _FENCE.match(line) is not None
        if self._fenced:
            self._add(line)
        elif row := _table_row(line):
            yield from self._read_row(line, row)
        elif title := _title(line, following, starts=not before.strip()):
            yield from self._begin_heading(line, *title)
        elif marked := _QUESTION_MARKED.match(line):
            yield from self._close()
            self._open = _Open(_bare(marked["rest"]), _LEVEL_MARKED)
        elif (marked := _ANSWER_MARKED.match(line)) and self._open and not any(self._open.lines):
            self._add(marked["rest"])
        elif self._is_question_line(line, before):
            yield from self._close()
            self._open = _Open(_bare(_NUMBER.sub("", line)), _LEVEL_LINE)
        else:
            self._add(line)

    def _begin_heading(self, line: str, level: int, text: str) -> Iterator[tuple[str, str]]:
        asks = _is_question(text)
        if self._open and self._open.level < level and not asks:
            self._add(line)
            return
        yield from self._close()
        self._open = _Open(_bare(text), level) if asks else None

    def _is_question_line(self, line: str, before: str) -> bool:
        if self._open and self._open.level < _LEVEL_LINE:
            return False
        starts = not before.strip() or heading_in(before) is not None or bool(_NUMBER.match(line))
        return (
            starts and line.rstrip().endswith("?") and _is_question(line) and line.lstrip()[:1] not in "-*+•>"
        )

    def _add(self, line: str) -> None:
        if self._open and not (_UNDERLINE.match(line) and not self._open.lines):
            self._open.lines.append(line)

    def _read_row(self, line: str, row: list[str]) -> Iterator[tuple[str, str]]:
        if len(row) > 1 and _is_question(row[0]):
            yield from self._close()
            yield _bare(row[0]), " | ".join(row[1:])
        elif row[0].lower().strip("*_") in _TABLE_HEADS:
            yield from self._close()
        else:
            self._add(line)

    def _close(self) -> Iterator[tuple[str, str]]:
        if self._open:
            reply = "\n".join(self._open.lines).strip("\n").rstrip()
            if reply.strip():
                yield self._open.question, reply
        self._open = None


def _title(line: str, following: str, *, starts: bool) -> tuple[int, str] | None:
    """Return the level and text of a heading."""
    if heading := heading_in(line):
        return heading
    if bold := _BOLD.match(line):
        return _LEVEL_BOLD, bold["title"]
    if starts and line.strip() and _UNDERLINE.match(following):
        return (1 if "=" in following else 2), line.strip()
    return None


def _table_row(line: str) -> list[str]:
    """Return the cells of a table row; none for other lines."""
    if " | " not in line:
        return []
    cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    return [cell for cell in cells if cell] if not all(map(_CELL_RULE.match, cells)) else []


def _is_question(text: str) -> bool:
    plain = _bare(_NUMBER.sub("", text))
    if not plain or len(plain.split()) > LONGEST_QUESTION_WORDS:
        return False
    return plain.endswith("?") or bool(_ASKS.match(plain.replace("’", "'")))


def _bare(text: str) -> str:
    """Return a question without its number and surrounding marks."""
    return _NUMBER.sub("", text).strip().strip("*_").strip(' "“”').strip()
