"""Converts the lines of a .pdf file to Markdown: headings, paragraphs, list entries.

A .pdf file has positions but no structure. Short lines that are larger or bolder than the rest are headings;
a line with room for another word is a line break. Without any heading, pages are the headings.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from llm.notes.read.content import Content
from llm.notes.read.pdf_columns import HYPHEN, Line
from llm.notes.read.pdf_lines import read_lines

_LARGER = 1.12
"""Font size of a heading, relative to the body."""
_LONGEST_HEADING_WORDS = 16
_LONGEST_CAPITAL_HEADING_WORDS = 5
_FEWEST_CAPITALS = 4
_FEWEST_NAMES = 4
_LONGEST_NAME_WORDS = 3
_DEEPEST = 5
_WIDE_GAP = 1.75
"""In font sizes: lines further apart are separate paragraphs."""
_WIDE_ROW_GAP = 3.0
"""The same for rows of a table."""
_BULLET = re.compile(r"^(?:[•●○◦▪▫■□‣⁃∙·➢➤►❖✓✔\uf0b7\uf0a7–—*-]|o(?= [A-Z]))\s*(?:\| )?(?=\S)")
_LONE_BULLET = re.compile(r"[•●○◦▪▫■□‣⁃∙·➢➤►❖✓✔\uf0b7\uf0a7–—*-]$")
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*\d{1,4}\s*[-–—]?(?:\s*(?:/|of)\s*\d{1,4})?$", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:\d{1,2}[.)]|[a-z]\))\s")
_FEWEST_REPEATS = 3
_FEWEST_BESIDE_TITLES = 2
"""On a page with fewer lines, no line is a running title."""


@dataclass(frozen=True)
class _Block:
    """A heading, or a paragraph."""

    page: int
    level: int
    """0 for a paragraph."""
    text: str


def read_pdf(body: bytes) -> Content:
    """Return the text of a .pdf file.

    Raises:
        Unreadable: It is damaged, protected, scanned, far too large, or not a .pdf file.
    """
    printed = read_lines(body)
    return Content(markdown(printed.lines), printed.remarks)


def markdown(lines: Sequence[Line]) -> str:
    """Return these lines as Markdown."""
    body = _joined_bullets(_without_running_titles(lines))
    blocks = list(_blocks(body))
    if not any(block.level for block in blocks):
        parts = [
            part
            for page, on_page in groupby(blocks, key=lambda block: block.page)
            for part in (f"# Page {page}", *(block.text for block in on_page))
        ]
    else:
        parts = ["#" * block.level + " " * bool(block.level) + block.text for block in blocks]
    return "\n\n".join(parts) + "\n"


def _without_running_titles(lines: Sequence[Line]) -> list[Line]:
    """Leave out page numbers, and lines that are first or last on most pages."""
    pages = [list(on_page) for _, on_page in groupby(lines, key=lambda line: line.page)]
    edges = Counter(
        text for page in pages for text in {_without_digits(page[0].text), _without_digits(page[-1].text)}
    )
    often = max(_FEWEST_REPEATS, len(pages) / 2)
    return [line for page in pages for line in page if not _is_running(line, page, edges, often)]


def _is_running(line: Line, page: Sequence[Line], edges: Counter[str], often: float) -> bool:
    at_edge = len(page) > _FEWEST_BESIDE_TITLES and (line is page[0] or line is page[-1])
    return at_edge and (edges[_without_digits(line.text)] >= often or bool(_PAGE_NUMBER.match(line.text)))


def _without_digits(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def _joined_bullets(lines: Sequence[Line]) -> list[Line]:
    """Join a lone bullet with the next line, and make all bullets alike."""
    joined: list[Line] = []
    bullet = False
    for line in lines:
        if _LONE_BULLET.match(line.text):
            bullet = True
            continue
        text = f"• {line.text}" if bullet else _BULLET.sub("• ", line.text, count=1)
        joined.append(Line(**{**line.__dict__, "text": text}))
        bullet = False
    return joined


def _blocks(lines: Sequence[Line]) -> Iterator[_Block]:
    body_size = _usual([(line.size, len(line.text)) for line in lines])
    body_bold = _usual([(line.bold, len(line.text)) for line in lines])
    headings = [
        _is_heading(line, body_size, bool(body_bold)) or _is_capital_heading(lines, number)
        for number, line in enumerate(lines)
    ]
    styles = sorted(
        {_style(line) for line, is_one in zip(lines, headings, strict=True) if is_one}, reverse=True
    )
    edge = _right_edges(lines)
    words = Counter(word for line in lines for word in re.findall(r"[\w-]+", line.text.lower()))
    start = 0
    for stop in range(1, len(lines) + 1):
        if stop < len(lines) and not _begins_block(
            lines[stop - 1], lines[stop], headings[stop - 1 : stop + 1]
        ):
            continue
        group = lines[start:stop]
        level = min(styles.index(_style(group[0])) + 1, _DEEPEST) if headings[start] else 0
        yield _Block(group[0].page, level, _joined(group, edge, words, is_heading=level > 0))
        start = stop


def _usual(weighed: Sequence[tuple[float, int]]) -> float | None:
    """Return the value with the most weight."""
    weights: Counter[float] = Counter()
    for value, weight in weighed:
        weights[value] += weight
    return weights.most_common(1)[0][0] if weights else None


def _style(line: Line) -> tuple[float, bool]:
    return line.size, line.bold


def _is_heading(line: Line, body_size: float | None, body_bold: bool) -> bool:
    if len(line.text.split()) > _LONGEST_HEADING_WORDS or not any(map(str.isalpha, line.text)):
        return False
    if line.text.endswith((".", ",", ";", HYPHEN)) or " | " in line.text or _BULLET.match(line.text):
        return False
    larger = line.size >= _LARGER * (body_size or line.size)
    return larger or (line.bold and not body_bold and line.size >= (body_size or 0))


def _is_capital_heading(lines: Sequence[Line], number: int) -> bool:
    """Return whether a line is in capitals, apart from the text above, and above other text."""
    text = lines[number].text
    if not text.isupper() or sum(map(str.isalpha, text)) < _FEWEST_CAPITALS or " | " in text:
        return False
    if text.endswith((".", ",", ";", HYPHEN)) or len(text.split()) > _LONGEST_CAPITAL_HEADING_WORDS:
        return False
    following = lines[number + 1] if number + 1 < len(lines) else None
    if following is None or following.text.isupper() or following.page != lines[number].page:
        return False
    return (
        number == 0
        or _begins_block(lines[number - 1], lines[number], (False, False))
        or _is_new_column(lines[number - 1], lines[number])
    )


def _is_new_column(line: Line, following: Line) -> bool:
    return following.bottom - line.bottom > line.size


def _begins_block(line: Line, following: Line, headings: Sequence[bool]) -> bool:
    """Return whether a new block begins with the following line."""
    if headings[0] != headings[1] or (headings[0] and _style(line) != _style(following)):
        return True
    if line.page != following.page:
        return headings[0] or line.text.endswith((".", "!", "?", ":"))
    down = line.bottom - following.bottom
    if _is_new_column(line, following):
        return line.text.endswith((".", "!", "?", ":"))
    if " | " in line.text and " | " in following.text:
        return down > _WIDE_ROW_GAP * max(line.size, following.size)
    return down > _WIDE_GAP * max(line.size, following.size)


def _right_edges(lines: Sequence[Line]) -> dict[tuple[int, int], float]:
    """Return the right edge of lines with about the same start; infinity for a list of names."""
    groups: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        groups.setdefault(_start_of(line), []).append(line)
    return {
        start: math.inf if _are_names(group) else max(line.right for line in group)
        for start, group in groups.items()
    }


def _are_names(lines: Sequence[Line]) -> bool:
    """Return whether all lines are so short that each is an entry, as in a sidebar with skills."""
    return len(lines) >= _FEWEST_NAMES and all(
        len(line.text.split()) <= _LONGEST_NAME_WORDS for line in lines
    )


def _start_of(line: Line) -> tuple[int, int]:
    return line.page, round(line.left / 6)


def _joined(
    group: Sequence[Line], edge: dict[tuple[int, int], float], words: Counter[str], *, is_heading: bool
) -> str:
    """Return the text of a block: full lines are joined, short ones keep their line break."""
    text = _bulleted(group[0].text)
    for line, following in pairwise(group):
        if text.endswith(HYPHEN):
            text = _rejoined(text, following.text, words)
        elif not is_heading and (_begins_entry(following) or _had_room(line, following, edge)):
            text += "\n" + _bulleted(following.text)
        else:
            text += " " + following.text
    return text.replace(HYPHEN, "-")


def _begins_entry(line: Line) -> bool:
    return bool(_BULLET.match(line.text) or _NUMBERED.match(line.text))


def _had_room(line: Line, following: Line, edge: dict[tuple[int, int], float]) -> bool:
    if " | " in line.text or " | " in following.text:
        return True
    return line.right + line.size * 0.5 + following.first_word_width < edge[_start_of(line)]


def _bulleted(text: str) -> str:
    return _BULLET.sub("- ", text, count=1) if _BULLET.match(text) else text


def _rejoined(text: str, following: str, words: Counter[str]) -> str:
    """Join a hyphenated word, with the hyphen if the file has it elsewhere with one."""
    before = re.search(r"[\w-]*$", text.removesuffix(HYPHEN))
    after = re.match(r"[\w-]*", following)
    hyphened = f"{before[0] if before else ''}-{after[0] if after else ''}".lower()
    keeps = words[hyphened] > words[hyphened.replace("-", "")] or not following[:1].islower()
    return text.removesuffix(HYPHEN) + ("-" if keeps else "") + following
