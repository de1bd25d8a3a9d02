"""Reads the lines of a .pdf file with PDFium, and reports pages without text.

PDFium opens no other file and runs no script. `pdf_letters.py` reads the words of a page,
`pdf_columns.py` orders the lines, and `pdf_text.py` finds headings and paragraphs.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from llm.notes.read.content import Unreadable
from llm.notes.read.pdf_columns import Line, reading_order
from llm.notes.read.pdf_fields import COMMENTS, read_fields
from llm.notes.read.pdf_letters import Letters

MAX_PAGES = 400
MAX_CHARACTERS = 4_000_000
TIME_LIMIT_S = 20.0
"""Checked between pages; PDFium has its own limits for one page."""

_SCAN_CHARACTERS_A_PAGE = 8
_SCAN_CHARACTERS_BESIDE_PICTURE = 60
"""Scanners may add their name or a page number."""
_MOST_OBJECTS = 2_000
_MOST_RUNS = 6
_MOST_UNMAPPED_SHARE = 0.3


@dataclass(frozen=True)
class Printed:
    """The lines of a file, and remarks about content that was left out."""

    lines: list[Line]
    remarks: tuple[str, ...] = ()


def read_lines(body: bytes) -> Printed:
    """Return the lines of a .pdf file, page by page in reading order.

    Raises:
        Unreadable: It is damaged, protected, scanned, far too large, or not a .pdf file.
    """
    import pypdfium2

    deadline_s = time.monotonic() + TIME_LIMIT_S
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise _unopened(body, error) from error
    with closing(document):
        count = len(document)
        if count > MAX_PAGES:
            raise Unreadable(f"it has {count} pages", f"use the relevant part, {MAX_PAGES} pages at most")
        try:
            pages = _Pages(document, deadline_s)
            lines = [line for number in range(count) for line in pages.read(number)]
        except pypdfium2.PdfiumError as error:
            raise Unreadable("it is damaged", "print it to a new .pdf, or save it as .txt") from error
    if not lines:
        raise Unreadable(
            "it has no text, only images", "run text recognition (OCR) on it, or type the relevant part"
        )
    return Printed(lines, pages.remarks(count))


def _unopened(body: bytes, error: Exception) -> Unreadable:
    if "password" in str(error).lower() or "security" in str(error).lower():
        return Unreadable("it is protected by a password", "save it without one")
    if b"%PDF-" not in body[:1024]:
        return Unreadable("it is not a .pdf file", "use the right suffix, or save it as .pdf again")
    return Unreadable("it is damaged", "open it in a viewer and print it to a new .pdf, or save it as .txt")


class _Pages:
    """Reads the pages of an open document, and records those without text.

    Args:
        document: A PDFium document.
        deadline_s: When to give up, on the monotonic clock.
    """

    def __init__(self, document: Any, deadline_s: float) -> None:
        self._document = document
        self._deadline_s = deadline_s
        self._characters = 0
        self._scans: list[int] = []
        self._unmapped: list[int] = []
        self._has_comments = False
        if document.get_formtype():
            document.init_forms()

    def read(self, number: int) -> list[Line]:
        """Return the lines of a page, counted from 0."""
        with closing(self._document[number]) as page, closing(page.get_textpage()) as text_page:
            letters = Letters(text_page, MAX_CHARACTERS)
            self._characters += letters.count
            if self._characters > MAX_CHARACTERS or time.monotonic() > self._deadline_s:
                raise Unreadable("it has far more text than notes have", "use the relevant part")
            fields = read_fields(page, self._document.formenv, number + 1)
            self._has_comments |= fields.has_comments
            rows = [row for row in (letters.cells(number + 1, *place) for place in letters.lines()) if row]
            if letters.turns:  # PDFium orders some of these lines wrongly
                rows.sort(key=lambda row: -row[0].bottom)
            if _is_scan(page, sum(len(cell.text) for row in rows for cell in row)) and not fields.lines:
                self._scans.append(number + 1)
                return []
            if letters.unmapped_share() > _MOST_UNMAPPED_SHARE:
                self._unmapped.append(number + 1)
                return []
        for line in fields.lines:
            _insert(rows, line)
        return reading_order(rows)

    def remarks(self, count: int) -> tuple[str, ...]:
        """Return remarks about content that was left out.

        Args:
            count: Number of pages.
        """
        remarks = []
        if self._scans:
            it_is = "it is probably a scan" if len(self._scans) == 1 else "they are probably scans"
            pages = _pages(self._scans, count, "has no text", "have no text")
            remarks.append(f"{pages}: {it_is}; run text recognition (OCR) on it, or type the relevant part")
        if self._unmapped:
            pages = _pages(self._unmapped, count, "is left out", "are left out")
            remarks.append(f"{pages}: the font has no Unicode mapping; save it as .pdf again")
        return (*remarks, COMMENTS) if self._has_comments else tuple(remarks)


def _insert(rows: list[list[Line]], line: Line) -> None:
    """Insert a form field into the row of its label, or between rows."""
    for place, row in enumerate(rows):
        if abs(row[0].bottom - line.bottom) < row[0].size / 2:
            row.append(line)
            row.sort(key=lambda cell: cell.left)
            return
        if row[0].bottom < line.bottom:
            rows.insert(place, [line])
            return
    rows.append([line])


def _is_scan(page: Any, characters: int) -> bool:
    """Return whether a page has content without text, or hardly any text beside a page-sized image."""
    import pypdfium2.raw as raw

    if characters >= _SCAN_CHARACTERS_BESIDE_PICTURE:
        return False
    area = page.get_width() * page.get_height()
    objects = list(islice(page.get_objects(max_depth=3), _MOST_OBJECTS))
    if characters < _SCAN_CHARACTERS_A_PAGE:
        return bool(objects)
    pictures = (each.get_bounds() for each in objects if each.type == raw.FPDF_PAGEOBJ_IMAGE)
    return any((right - left) * (top - bottom) > area / 2 for left, bottom, right, top in pictures)


def _pages(numbers: list[int], count: int, one: str, many: str) -> str:
    """Return "page 2 of 3 has no text", "pages 2, 4 to 6 of 9 have no text"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    named = ", ".join(
        str(first) if first == last else f"{first} to {last}" for first, last in runs[:_MOST_RUNS]
    )
    named += " and more" if len(runs) > _MOST_RUNS else ""
    return f"page {named} of {count} {one}" if len(numbers) == 1 else f"pages {named} of {count} {many}"
