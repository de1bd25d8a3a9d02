"""Reads the words of a .pdf page with PDFium: position, size and weight."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from llm.notes.read.pdf_columns import HYPHEN, Line

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_MARKS = str.maketrans({"\x02": HYPHEN, "\ufffe": HYPHEN, "\0": None, "\xa0": " ", "\t": " "})
_BOLD_NAMES = (b"bold", b"black", b"heavy", b"-bd")
_BOLD_WEIGHT = 600
_BACKWARDS_GAP = 3.0
"""In font sizes: a word that begins this far before the end of the previous one is in another column."""
_CELL_GAP = 1.0
"""In font sizes: a wider gap between words separates cells or columns."""
_SAMPLED_ANGLES = 200

_Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""


class Letters:
    """The characters of a page, by PDFium's index.

    Args:
        text_page: An open PDFium text page.
        most: How many characters are read at most.
    """

    def __init__(self, text_page: Any, most: int) -> None:
        import pypdfium2.raw

        self._raw: Any = pypdfium2.raw
        self._page = text_page
        self.count = int(text_page.count_chars())
        unicode_at = self._raw.FPDFText_GetUnicode
        codes = [unicode_at(text_page, number) for number in range(min(self.count, most))]
        self._text = "".join(map(chr, codes)).translate(_MARKS)
        self.turns = self._quarter_turns()

    def unmapped_share(self) -> float:
        """Return the share of characters without a Unicode mapping."""
        printed = self._text.replace(" ", "").replace("\r", "").replace("\n", "")
        unmapped = sum(
            letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff" or letter < " " for letter in printed
        )
        return unmapped / max(len(printed), 1)

    def _quarter_turns(self) -> int:
        """Return the quarter turns to the left of most characters; PDFium counts to the right."""
        step = max(self.count // _SAMPLED_ANGLES, 1)
        angles = (
            float(self._raw.FPDFText_GetCharAngle(self._page, number))
            for number in range(0, len(self._text), step)
            if not self._text[number].isspace()
        )
        turns = Counter(-round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
        return turns.most_common(1)[0][0] if turns else 0

    def lines(self) -> Iterator[tuple[int, int]]:
        """Yield start and stop of each line; PDFium joins a hyphenated word with the next line."""
        start = 0
        for number, letter in enumerate(self._text):
            if letter in "\r\n" or letter == HYPHEN:
                stop = number + (letter == HYPHEN)
                if stop > start:
                    yield start, stop
                start = number + 1
        if start < len(self._text):
            yield start, len(self._text)

    def cells(self, page: int, start: int, stop: int) -> list[Line]:
        """Return one line, split at wide gaps."""
        words = list(self._words(start, stop))
        boxes = [(self._box(first), self._box(last - 1)) for first, last in words]
        cells: list[Line] = []
        begun = 0
        for number in range(1, len(words) + 1):
            if number < len(words):
                gap = boxes[number][0][0] - boxes[number - 1][1][2]
                if -_BACKWARDS_GAP < gap / self._size(words[begun][0]) <= _CELL_GAP:
                    continue
            cells.append(self._cell(page, words[begun:number], boxes[begun:number]))
            begun = number
        return cells

    def _cell(self, page: int, words: list[tuple[int, int]], boxes: list[tuple[_Box, _Box]]) -> Line:
        return Line(
            page,
            " ".join(self._text[first:last].translate(_LIGATURES) for first, last in words),
            left=boxes[0][0][0],
            right=boxes[-1][1][2],
            bottom=boxes[0][0][1],
            size=self._size(words[0][0]),
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

    def _box(self, number: int) -> _Box:
        """Return left, bottom (the baseline), right and top of a character, turned upright."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        self._raw.FPDFText_GetCharBox(self._page, number, left, right, bottom, top)
        x, y = ctypes.c_double(), ctypes.c_double()
        origin = (x, y) if self._raw.FPDFText_GetCharOrigin(self._page, number, x, y) else (left, bottom)
        box = _turned((left.value, bottom.value, right.value, top.value), self.turns)
        return box[0], _turned((origin[0].value, origin[1].value) * 2, self.turns)[1], box[2], box[3]

    def _size(self, number: int) -> float:
        """Return the font size as printed: some files scale a font of one point."""
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


def _turned(box: _Box, quarters: int) -> _Box:
    """Return a box after turning the page by quarter turns."""
    for _ in range(quarters):
        left, bottom, right, top = box
        box = bottom, -right, top, -left
    return box
