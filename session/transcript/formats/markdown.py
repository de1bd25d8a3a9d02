"""Writes a session as inert Markdown, like minutes: texts stay text in every viewer.

Pure. An answer keeps its emphasis and lists, inside a quotation; headings, links, pictures, HTML, code blocks
and tables are escaped, so that their characters are shown, the target of a link too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from overlay.texts.strings import CAVEATS
from overlay.texts.translation import clock
from session.transcript import facts
from session.transcript import summary as summaries
from session.transcript.formats.minutes import Paragraph, minutes
from session.transcript.saved_session import Practice, Question, SavedSession, Summary

_STRUCTURE = "\\`~[]<>&|#$"
"""Characters that begin a link, a picture, HTML, code, a table, a heading or a formula."""
_EMPHASIS = "*_"
_STRUCTURE_ESCAPES = str.maketrans({character: f"\\{character}" for character in _STRUCTURE})
_ESCAPES = str.maketrans({character: f"\\{character}" for character in _STRUCTURE + _EMPHASIS})

_RULE = re.compile(r"\s*([-=*_+])(?:\s*\1)*\s*")
"""A line that is drawn as a rule, or makes the line before it a heading."""
_LIST_MARK = re.compile(r"^(\d{0,9})([-+.)])(?=\s|$)")


def markdown(saved: SavedSession) -> str:
    """Return the session as a Markdown document."""
    lines = [f"# {facts.title(saved)}", ""]
    lines += [f"- **{label}:** {inline(text)}" for label, text in facts.head(saved)]
    if saved.summary:
        lines += ["", f"## {summaries.SUMMARY}", *summary_lines(saved.summary, level=3)]
    lines += ["", f"## {facts.TRANSCRIPT}"]
    for part in minutes(saved):
        lines += _paragraph(saved, part) if isinstance(part, Paragraph) else _question(saved, part)
    lines += ["", f"## {facts.LEFT}", "", *(f"- {inline(row)}" for row in facts.left_machine(saved))]
    lines += ["", f"## {facts.LATENCY}", "", *(f"- {inline(row)}" for row in facts.latencies(saved))]
    lines += _practice(saved.practice) if saved.practice else ()
    return "\n".join(lines) + "\n"


def summary_lines(summary: Summary, *, level: int) -> Iterator[str]:
    """Yield a summary without its own heading; its lists have headings of this level."""
    yield from ("", inline(summaries.origin(summary)))
    for heading, rows in summaries.lists(summary):
        yield from ("", f"{'#' * level} {heading}", "", *(f"- {inline(row)}" for row in rows))
    for remark in summaries.remarks(summary):
        yield from ("", inline(remark))


def inline(text: str) -> str:
    """Return a text as one line that a viewer shows as it is."""
    return " ".join(text.split()).translate(_ESCAPES)


def quoted(text: str) -> list[str]:
    """Return the lines of a quotation with an answer; only its emphasis and lists are drawn."""
    return [f"> {_answer_line(line)}".rstrip() for line in text.splitlines()]


def _paragraph(saved: SavedSession, paragraph: Paragraph) -> list[str]:
    speaker = inline(saved.speaker(paragraph.source))
    return ["", f"**{speaker}** {clock(paragraph.start_s)}", "", _plain_line(paragraph.text)]


def _question(saved: SavedSession, question: Question) -> Iterator[str]:
    yield from ("", f"> **{inline(facts.question_head(saved, question))}**", ">")
    yield f"> {_plain_line(question.text)}"
    if question.answer:
        yield from (">", *quoted(question.answer))
    if remark := facts.answer_remark(question):
        yield from (">", f"> *{inline(remark)}*")
    if question.passages:
        yield from (">", f"> {facts.FROM_NOTES}:", ">")
        yield from (f"> - {inline(facts.passage(each))}" for each in question.passages)


def _practice(practice: Practice) -> list[str]:
    lines: list[str] = []
    for answer in practice.answers:
        said = f"> {_plain_line(answer.text)}" if answer.text else f"*{facts.NO_ANSWER}*"
        heading = facts.PRACTICE_QUESTION.format(number=answer.number, asked=inline(answer.asked))
        lines += ["", f"## {heading}", "", said, ""]
        lines += [f"- {inline(remark)}" for remark in answer.remarks]
    if practice.whole is not None:
        lines += ["", f"## {facts.PRACTICE_WHOLE}", ""]
        lines += [f"- {inline(remark)}" for remark in practice.whole.remarks]
        lines += ["", f"{CAVEATS}:", ""]
        lines += [f"- {inline(caveat)}" for caveat in practice.whole.caveats]
    return lines


def _plain_line(text: str) -> str:
    """Return a paragraph of one line, which begins no list and draws no rule."""
    line = inline(text)
    return f"\\{line}" if _RULE.fullmatch(line) else _LIST_MARK.sub(r"\1\\\2", line, count=1)


def _answer_line(line: str) -> str:
    escaped = line.translate(_STRUCTURE_ESCAPES)
    if not _RULE.fullmatch(escaped):
        return escaped
    return re.sub(r"\S", r"\\\g<0>", escaped, count=1)
