"""The printed lines of a .pdf file: their words, where they stand, and how large and bold they are.

PDFium reads the file; it opens nothing else, and runs no script. Knows nothing of headings or paragraphs:
see `llm.notes.pdf_text`.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from llm.notes.unreadable import Unreadable

MAX_PAGES = 400
MAX_CHARACTERS = 4_000_000
TIME_LIMIT_S = 20.0
"""Looked at between two pages; PDFium has limits of its own for one."""

HYPHEN = "\u00ad"
"""Stands where a word was broken at the end of a line."""

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_MARKS = str.maketrans({"\x02": HYPHEN, "\ufffe": HYPHEN, "\0": None, "\xa0": " ", "\t": " "})
_BOLD_NAMES = (b"bold", b"black", b"heavy", b"-bd")
_BOLD_WEIGHT = 600
_CELL_GAP = 1.0
"""So many times the size of the letters between two words of a line lie between two cells or columns."""
_SCAN_CHARACTERS_A_PAGE = 8


@dataclass(frozen=True)
class Line:
    """A printed line."""

    page: int
    """From 1."""
    text: str
    """Its words; wide gaps are written " | "."""
    left: float
    right: float
    bottom: float
    """In points, from the page's lower left corner."""
    size: float
    """Of its letters, in points."""
    bold: bool
    first_word_width: float


def read_lines(body: bytes) -> list[Line]:
    """Return the lines of a .pdf file, in the file's order.

    Raises:
        Unreadable: It is damaged, protected, scanned, absurdly large, or no .pdf at all.
    """
    import pypdfium2

    deadline_s = time.monotonic() + TIME_LIMIT_S
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise _unopened(body, error) from error
    with closing(document):
        if len(document) > MAX_PAGES:
            raise Unreadable(
                f"it has {len(document)} pages", f"give the part that matters, {MAX_PAGES} at most"
            )
        try:
            lines = list(_lines(document, deadline_s))
        except pypdfium2.PdfiumError as error:
            raise Unreadable("it is damaged", "print it to a new .pdf, or save it as .txt") from error
        if sum(len(line.text) for line in lines) < _SCAN_CHARACTERS_A_PAGE * len(document):
            raise Unreadable(
                "it has no text, only pictures of it", "run text recognition over it, or type what matters"
            )
    return lines


def _unopened(body: bytes, error: Exception) -> Unreadable:
    if "password" in str(error).lower() or "security" in str(error).lower():
        return Unreadable("it is protected by a password", "save it without one")
    if b"%PDF-" not in body[:1024]:
        return Unreadable("it is no .pdf file", "give it the suffix of what it is, or save it as .pdf again")
    return Unreadable("it is damaged", "open it in a viewer and print it to a new .pdf, or save it as .txt")


def _lines(document: Any, deadline_s: float) -> Iterator[Line]:
    count = 0
    for number in range(len(document)):
        with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
            letters = _Letters(text_page)
            count += letters.count
            if count > MAX_CHARACTERS or time.monotonic() > deadline_s:
                raise Unreadable("it has far more text than notes have", "give the part that matters")
            for start, stop in letters.lines():
                line = letters.line(number + 1, start, stop)
                if line.text:
                    yield line


class _Letters:
    """The letters of a page, as PDFium counts them.

    Args:
        text_page: PDFium's, open as long as this is used.
    """

    def __init__(self, text_page: Any) -> None:
        import pypdfium2.raw

        self._raw: Any = pypdfium2.raw
        self._page = text_page
        self.count = int(text_page.count_chars())
        unicode_at = self._raw.FPDFText_GetUnicode
        codes = [unicode_at(text_page, number) for number in range(min(self.count, MAX_CHARACTERS))]
        self._text = "".join(map(chr, codes)).translate(_MARKS)

    def lines(self) -> Iterator[tuple[int, int]]:
        """Yield where lines start and stop; PDFium runs a broken word on into the next line."""
        start = 0
        for number, letter in enumerate(self._text):
            if letter in "\r\n" or letter == HYPHEN:
                stop = number + (letter == HYPHEN)
                if stop > start:
                    yield start, stop
                start = number + 1
        if start < len(self._text):
            yield start, len(self._text)

    def line(self, page: int, start: int, stop: int) -> Line:
        """Return one line."""
        words = list(self._words(start, stop))
        if not words:
            return Line(page, "", 0, 0, 0, 0, False, 0)
        boxes = [(self._box(first), self._box(last - 1)) for first, last in words]
        size = self._size(words[0][0])
        parts: list[str] = []
        for number, (first, last) in enumerate(words):
            if number:
                gap = boxes[number][0][0] - boxes[number - 1][1][2]
                parts.append(" | " if gap > _CELL_GAP * size else " ")
            parts.append(self._text[first:last].translate(_LIGATURES))
        return Line(
            page,
            "".join(parts),
            left=boxes[0][0][0],
            right=boxes[-1][1][2],
            bottom=boxes[0][0][1],
            size=size,
            bold=self._bold(words[0][0]) and self._bold(words[-1][0]),
            first_word_width=boxes[0][1][2] - boxes[0][0][0],
        )

    def _words(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        first = start
        for number in range(start, stop + 1):
            if number == stop or self._text[number].isspace():
                if number > first:
                    yield first, number
                first = number + 1

    def _box(self, number: int) -> tuple[float, float, float, float]:
        """Return left, bottom, right and top; a letter's origin is its bottom."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        self._raw.FPDFText_GetCharBox(self._page, number, left, right, bottom, top)
        x, y = ctypes.c_double(), ctypes.c_double()
        if self._raw.FPDFText_GetCharOrigin(self._page, number, x, y):
            bottom = y
        return left.value, bottom.value, right.value, top.value

    def _size(self, number: int) -> float:
        """Return the height of the letters as printed: some files scale letters of one point."""
        size = float(self._raw.FPDFText_GetFontSize(self._page, number))
        matrix = self._raw.FS_MATRIX()
        if self._raw.FPDFText_GetMatrix(self._page, number, matrix):
            size *= (float(matrix.c) ** 2 + float(matrix.d) ** 2) ** 0.5
        return round(size * 2) / 2 or 1.0

    def _bold(self, number: int) -> bool:
        name = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        self._raw.FPDFText_GetFontInfo(self._page, number, name, len(name), flags)
        bold = any(mark in name.value.lower() for mark in _BOLD_NAMES)
        return bold or int(self._raw.FPDFText_GetFontWeight(self._page, number)) >= _BOLD_WEIGHT
