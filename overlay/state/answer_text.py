"""Prepares an answer for drawing: closes open Markdown, separates the first sentence.

Pure. While an answer streams, its end is often inside a mark. Drawn as it is, the raw mark would be seen for
a moment, and the text would wrap again once it closes.
"""

from __future__ import annotations

import re

HEADLINE_CHARACTERS = 240
"""A first sentence that is longer is shown large up to here."""

MOST_NESTED = 6
_MOST_OPEN_MARKS = 40

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_SPAN_CODE = re.compile(r"(`+)(?:(?!\1).)*?[^`]\1(?!`)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s[^()]*)?\)")
_OPEN_LINK = re.compile(r"!?\[([^\[\]]*)(?:\](?:\([^()]*)?)?$")
_HALF_MARKER = re.compile(r"(?:^|\n)[ \t]*(?:[-*+=_]{1,}|\d{1,9}[.)]?|#{1,6}|>+|\|[\s:|-]*)[ \t]*$")
_MARKER = r"[ \t]*(?:[-*+>]|\d{1,9}[.)])"
_NESTED = re.compile(rf"^((?:{_MARKER}[ \t]*){{{MOST_NESTED}}})[ \t]*([-*+>\d].*)$", re.MULTILINE)
_TRAILING_MARKS = re.compile(r"[*_~]+$")
_MARKS = re.compile(r"\*\*\*|\*\*|~~|__|\*|_")
_TABLE_ROW = re.compile(r"^\s*\|.*$")
_SENTENCE_END = re.compile(r"[.!?。！？…](?:\*\*|[\"')\]”’])*(?=\s|$)|[。！？]")
_BLOCK_START = re.compile(r"\s*(?:[-*+] |\d{1,9}[.)] |#{1,6} |>|\||`{3}|~{3}| {4}|\t)")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|ca|Mr|Mrs|Ms|Dr|Prof|St|No|approx)|\b[A-Z])\.$")


def closed(text: str) -> str:
    """Return Markdown in which marks that are open at the end are closed, and half markers are left out.

    Args:
        text: An answer so far.
    """
    fences = list(_FENCE.finditer(text))
    if len(fences) % 2:  # inside a code block
        fence = fences[-1]
        if "\n" not in text[fence.end() :]:  # its language may still come
            return text[: fence.start()].rstrip()
        body = re.sub(rf"\n[ \t]*{fence[1][0]}{{1,2}}$", "", text.rstrip())
        return f"{body}\n{fence[1]}"
    text = re.sub(r"(?:^|\n)[ \t]{0,3}(?:`{1,2}|~{1,2})$", "", text)
    text = _HALF_MARKER.sub("", text)
    start = max((fence.end() for fence in fences), default=0)
    last_break = text.rfind("\n\n", start)
    block_at = start if last_break < 0 else last_break + 2
    before, block = text[:block_at], text[block_at:]
    return before + _closed_spans(_without_open_table(block))


def shallow(text: str) -> str:
    """Return Markdown in which no line opens more than a few lists: Qt takes seconds for thousands."""
    return _NESTED.sub(lambda line: line[1] + "\\" + line[2], text)


def split_headline(text: str) -> tuple[str, str]:
    """Return the first sentence without marks of emphasis, and the rest.

    The first is empty if the answer begins with a list, a table or code. It never shrinks while text comes.
    """
    text = text.lstrip()
    if not text or _BLOCK_START.match(text):
        return "", text
    end = _end_of_headline(text)
    if end > HEADLINE_CHARACTERS:
        end = text.rfind(" ", 0, HEADLINE_CHARACTERS) + 1 or HEADLINE_CHARACTERS
    headline, rest = text[:end].strip(), text[end:].lstrip(" \t")
    if headline.count("**") % 2 and rest:
        rest = f"**{rest}"
    return headline.replace("**", "").strip(), rest


def _end_of_headline(text: str) -> int:
    line_end = text.find("\n")
    stop = len(text) if line_end < 0 else line_end
    for found in _SENTENCE_END.finditer(text, 0, stop):
        if not _ABBREVIATION.search(text[: found.start() + 1]) and text[: found.end()].count("`") % 2 == 0:
            return found.end()
    return stop


def _closed_spans(block: str) -> str:
    """Close code, links and emphasis in the last block."""
    masked = _SPAN_CODE.sub(lambda code: "\0" * len(code[0]), block)
    if code := re.search(r"`+", masked):
        if block[code.end() :].strip("` \n"):
            return block.rstrip("`") + code[0]
        block, masked = block[: code.start()], masked[: code.start()]
    if link := _OPEN_LINK.search(masked):
        masked = masked[: link.start()] + masked[link.start(1) : link.end(1)]
        block = block[: link.start()] + block[link.start(1) : link.end(1)]
    return _closed_emphasis(block, masked)


def _closed_emphasis(block: str, masked: str) -> str:
    """Close emphasis that is open at the end.

    Args:
        block: The text.
        masked: The same, with code replaced by NUL characters.
    """
    open_marks: list[tuple[str, int]] = []
    closed_at = 0
    for found in _MARKS.finditer(_LINK.sub(lambda link: "\0" * len(link[0]), masked)):
        mark, before, after = found[0], masked[: found.start()][-1:], masked[found.end() :][:1]
        names = [name for name, _ in open_marks]
        if mark in names and before and not before.isspace():
            del open_marks[names.index(mark) :]
            closed_at = found.end()
        elif _can_open(mark, before, after) and len(names) < _MOST_OPEN_MARKS:
            open_marks.append((mark, found.start()))
    text = block.rstrip()
    if (run := _TRAILING_MARKS.search(text)) and closed_at < len(text):
        # It opens nothing yet, or is half of a mark that closes.
        text = text[: run.start()].rstrip()
        open_marks = [each for each in open_marks if each[1] < run.start()]
    return text + "".join(mark for mark, _ in reversed(open_marks)) if text else ""


def _can_open(mark: str, before: str, after: str) -> bool:
    if after.isspace():
        return False
    return not (mark in ("_", "__") and before.isalnum())


def _without_open_table(block: str) -> str:
    """Leave out the head of a table until its delimiter row is complete, for it looks like text before."""
    lines = block.rstrip("\n").split("\n")
    first = len(lines)
    while first and _TABLE_ROW.match(lines[first - 1]):
        first -= 1
    rows = lines[first:]
    columns = rows[0].strip().strip("|").count("|") + 1 if rows else 0
    is_open = len(rows) == 1 or (len(rows) == 2 and rows[1].count("-") < columns)
    return "\n".join(lines[:first]) if is_open else block
