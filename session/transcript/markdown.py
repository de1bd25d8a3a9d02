"""Writes a session as inert Markdown: transcripts and answers stay text in every viewer.

Pure. An answer keeps its emphasis and lists, inside a quotation; headings, links, pictures, HTML, code blocks
and tables are escaped, so that their characters are shown, the target of a link too.
"""

from __future__ import annotations

import re

from session.transcript.record import Exchange, Line, PracticeReport, Record

_STRUCTURE = "\\`~[]<>&|#$"
"""Characters that begin a link, a picture, HTML, code, a table, a heading or a formula."""
_EMPHASIS = "*_"
_STRUCTURE_ESCAPES = str.maketrans({character: f"\\{character}" for character in _STRUCTURE})
_ESCAPES = str.maketrans({character: f"\\{character}" for character in _STRUCTURE + _EMPHASIS})

_RULE = re.compile(r"\s*([-=*_+])(?:\s*\1)*\s*")
"""A line that is drawn as a rule, or makes the line before it a heading."""
_LIST_MARK = re.compile(r"^(\d{0,9})([-+.)])(?=\s|$)")


def markdown(record: Record) -> str:
    """Return the session as a Markdown document."""
    parts = ["# Session", "", "## Transcript", ""]
    parts += [_turn(line) for line in record.lines()]
    for number, exchange in record.exchanges.items():
        parts += _exchange(number, exchange, record.name(exchange.source))
    parts += _practice(record.practice)
    return "\n".join(parts) + "\n"


def inline(text: str) -> str:
    """Return a text as one line that a viewer shows as it is."""
    return " ".join(text.split()).translate(_ESCAPES)


def quoted(text: str) -> list[str]:
    """Return the lines of a quotation with an answer; only its emphasis and lists are drawn."""
    return [f"> {_answer_line(line)}".rstrip() for line in text.splitlines()]


def _turn(line: Line) -> str:
    return f"- **{inline(line.speaker)}** {_clock(line.start_s)} {inline(line.marked_text)}"


def _exchange(number: int, exchange: Exchange, speaker: str) -> list[str]:
    parts = ["", f"## Question {number} ({inline(speaker)})", "", _quoted_line(exchange.text), ""]
    parts += [
        f"- {inline(passage.file)}, {inline(passage.heading)}: {inline(passage.text)}"
        for passage in exchange.passages
    ]
    if exchange.answer:
        ending = inline(exchange.model) if exchange.complete else "(not complete)"
        parts += ["", *quoted(exchange.answer), "", f"*{ending}*" if ending else ""]
    return parts


def _practice(practice: PracticeReport) -> list[str]:
    lines: list[str] = []
    for number, answer in practice.measured.items():
        said = _quoted_line(answer.text) if answer.text else "*(no answer)*"
        lines += ["", f"## Practice {number}: {inline(answer.asked)}", "", said, ""]
        lines += [f"- {inline(remark)}" for remark in answer.remarks]
    if practice.ended is not None:
        lines += ["", "## The whole practice", ""]
        lines += [f"- {inline(remark)}" for remark in practice.ended.remarks]
        lines += ["", "What this can and cannot judge:", ""]
        lines += [f"- {inline(caveat)}" for caveat in practice.ended.caveats]
    return lines


def _quoted_line(text: str) -> str:
    """Return a quotation of one line, which begins no list."""
    line = inline(text)
    return "> " + (f"\\{line}" if _RULE.fullmatch(line) else _LIST_MARK.sub(r"\1\\\2", line, count=1))


def _answer_line(line: str) -> str:
    escaped = line.translate(_STRUCTURE_ESCAPES)
    if not _RULE.fullmatch(escaped):
        return escaped
    return re.sub(r"\S", r"\\\g<0>", escaped, count=1)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
