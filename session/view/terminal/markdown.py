"""Markdown for the terminal: inert, closed while it streams, split after its first sentence. Pure."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from rich.markdown import Markdown

_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)
_DANGLING = re.compile(r"(?:(?<=\s)|^)[*_`]+$")
"""Marks that open something of which no word has come."""
_BULLET = re.compile(r"^\s*[*+-]\s+")
_EMPHASIS = re.compile(r"(?<![\s*])\*(?!\*)|(?<!\*)\*(?![\s*])")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]*_`]*(?=\s)|[。！？]+[”’」』）*_]*")
_NO_END = re.compile(r"\b(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|a\.m|p\.m|inc|approx|no|z\.B)\.$", re.I)
_BLOCK_MARK = re.compile(r"(?:#{1,6}|[-*+]|>)[ \t]+")
_NO_HEADLINE = re.compile(r" {0,3}(?:```|~~~|\|)|\d{1,9}[.)][ \t]")
"""Code, a table or a numbered list, of which a first sentence cannot be taken."""


class LiteralMarkdown(Markdown):
    """Markdown in which HTML, as in `vector<int>`, and link definitions are plain text.

    Args:
        text: The Markdown.
        style: Style of the whole.
    """

    def __init__(self, text: str, style: str = "none") -> None:
        super().__init__("", hyperlinks=False, style=style, code_theme="ansi_dark")
        parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
        self.markup = text
        self.parsed = parser.disable("reference").parse(text)


def closed(text: str) -> str:
    """Return a growing text with its open marks closed, so that none is shown until the rest arrives."""
    fences = _FENCE.findall(text)
    if len(fences) % 2:
        return f"{text}\n{fences[-1]}"
    *before, last = text.rsplit("\n", 1)
    last = _DANGLING.sub("", last)
    if last.count("`") % 2:
        return "\n".join((*before, f"{last}`"))
    words = _BULLET.sub("", last)
    emphasized = len(_EMPHASIS.findall(words)) % 2 == 1
    if words.count("**") % 2:
        half = emphasized and words.endswith("*") and not words.endswith("**")  # of the closing mark
        last = f"{last.removesuffix('*') if half else last.rstrip()}**"
        emphasized = emphasized and not half
    if emphasized:
        last = f"{last.rstrip()}*"
    return "\n".join((*before, last))


def split_headline(text: str) -> tuple[str, str]:
    """Return the first sentence and the rest, each complete Markdown; no headline for code and tables."""
    text = text.lstrip("\n")
    if _NO_HEADLINE.match(text):
        return "", text
    block, gap, rest = text.partition("\n")
    mark = _BLOCK_MARK.match(block)
    block = block[mark.end() :] if mark else block
    cut = _first_end(block)
    head, tail = block[:cut].strip(), block[cut:].strip()
    for each in ("**", "`"):
        if head.count(each) % 2:  # the sentence ends inside a bold or code span
            head, tail = head + each, (each + tail if tail.removeprefix(each) else "")
            tail = tail.removeprefix(each * 2).lstrip()
    return head, (tail + gap + rest if tail else rest).strip("\n")


def _first_end(line: str) -> int:
    for found in _SENTENCE_END.finditer(line):
        if not _NO_END.search(line[: found.end()]):
            return found.end()
    return len(line)
