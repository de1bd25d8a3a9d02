"""Reads form fields and text box annotations of a .pdf page.

PDFium's text pages have neither. Comments such as sticky notes are only detected.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llm.notes.read.pdf_columns import Line

COMMENTS = "its comments are left out"

_SIZE = 10.0
"""Assumed font size in points; reading the real one is not worth the effort."""
_MOST_ANNOTATIONS = 2_000
_LONGEST_BYTES = 64 << 10


@dataclass(frozen=True)
class Fields:
    """Form fields and text boxes of one page."""

    lines: list[Line]
    has_comments: bool


def read_fields(page: Any, forms: Any, number: int) -> Fields:
    """Return the form fields and text boxes of a page.

    Args:
        page: An open PDFium page.
        forms: The document's form environment, or None.
        number: The page's number, from 1.
    """
    import pypdfium2.raw as raw

    lines: list[Line] = []
    has_comments = False
    for place in range(min(int(raw.FPDFPage_GetAnnotCount(page)), _MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, place)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind == raw.FPDF_ANNOT_WIDGET and forms is not None:
                lines += _lines(annotation, _field_value(forms, annotation), number)
            elif kind == raw.FPDF_ANNOT_FREETEXT:
                lines += _lines(annotation, _contents(annotation), number)
            elif kind in (raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE):
                has_comments |= bool(_contents(annotation).strip())
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return Fields(lines, has_comments)


def _field_value(forms: Any, annotation: Any) -> str:
    import pypdfium2.raw as raw

    kind = raw.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind not in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        return ""
    return _wide_text(raw.FPDFAnnot_GetFormFieldValue, forms, annotation)


def _contents(annotation: Any) -> str:
    import pypdfium2.raw as raw

    return _wide_text(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")


def _wide_text(function: Any, *arguments: Any) -> str:
    """Call a PDFium function that fills a buffer with UTF-16, and return the text."""
    size = int(function(*arguments, None, 0))
    if not 2 < size <= _LONGEST_BYTES:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(*arguments, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", errors="replace")


def _lines(annotation: Any, text: str, number: int) -> Iterator[Line]:
    import pypdfium2.raw as raw

    place = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, place)
    texts = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    bottom = place.bottom if len(texts) == 1 else max(place.top, place.bottom) - _SIZE
    for row, line in enumerate(texts):
        yield Line(
            number, line, left=place.left, right=max(place.right, place.left), bottom=bottom - row * _SIZE,
            size=_SIZE, bold=False, first_word_width=0.0,
        )  # fmt: skip
