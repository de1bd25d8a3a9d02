"""The text of a .docx file as Markdown: headings, lists, a table's row as one line "cell | cell".

Mammoth reads the file, without following links out of it; pictures, comments and page headers are left out.
Knows nothing of paths or passages, nor what a file may hold; `llm.notes.docx_parts` does.
"""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

from llm.notes.docx_parts import damaged, text_parts

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => p:fresh
"""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ENDS_LINE = frozenset(("p", "li", *_HEADINGS))
_LONGEST_BOLD_HEADING_WORDS = 12


def docx_text(body: bytes) -> str:
    """Return the text of a .docx file.

    Raises:
        Unreadable: It is damaged, protected, absurdly large, or no .docx at all.
    """
    import mammoth

    parts = text_parts(body)
    try:
        result: Any = mammoth.convert_to_html(
            io.BytesIO(parts),
            style_map=_STYLES,
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=mammoth.images.img_element(lambda image: {}),
        )
        reader = _Reader()
        reader.feed(result.value)
    except Exception as error:  # whatever a damaged file does to the parsers
        raise damaged() from error
    return reader.text()


class _Reader(HTMLParser):
    """Turns Mammoth's HTML into lines of Markdown."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[str] = []
        self._line: list[str] = []
        self._cells: list[str] | None = None
        self._lists: list[int | None] = []
        """The lists that are open, outermost first: how many entries a numbered one has, None for bullets."""
        self._in_item = False
        self._bold = 0
        self._plain_letters = 0

    def text(self) -> str:
        """Return what was read."""
        self._end_line("p")
        return "\n".join(self._blocks).strip() + "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in the start of an element."""
        if tag == "tr":
            self._cells = []
        elif tag in ("ul", "ol"):
            self._end_line("li" if self._in_item else "p")
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._in_item = True
        elif tag == "br":
            self._line.append("\n")
        elif tag in ("strong", "b"):
            self._bold += 1

    def handle_endtag(self, tag: str) -> None:
        """Take in the end of an element."""
        if tag in ("strong", "b"):
            self._bold -= 1
        elif tag == "td" or tag == "th":
            self._end_cell()
        elif tag == "tr":
            self._blocks.append(" | ".join(cell for cell in self._cells or () if cell))
            self._cells = None
        elif tag == "table":
            self._blocks.append("")
        elif tag in ("ul", "ol"):
            self._lists.pop()
            self._blocks += [] if self._lists else [""]
        elif tag in _ENDS_LINE:
            self._end_line(tag)

    def handle_data(self, data: str) -> None:
        """Take in text."""
        self._line.append(data)
        self._plain_letters += 0 if self._bold else sum(map(str.isalnum, data))

    def _end_cell(self) -> None:
        if self._cells is not None:
            self._cells.append(" ".join("".join(self._line).split()))
            self._forget_line()

    def _end_line(self, tag: str) -> None:
        """Put the line that ends with this element among the blocks."""
        if self._cells is not None:  # a paragraph inside a cell
            self._line.append(" ")
            return
        lines = [" ".join(line.split()) for line in "".join(self._line).split("\n")]
        text = "\n".join(line for line in lines if line)
        is_heading = not self._plain_letters and "\n" not in text and not text.endswith((".", ",", ";"))
        self._forget_line()
        if not text:
            return
        if tag in _HEADINGS:
            self._blocks += ["", f"{'#' * _HEADINGS[tag]} {' '.join(text.split())}", ""]
        elif self._in_item:
            self._blocks.append(f"{'  ' * (len(self._lists) - 1)}{self._mark()} {text}")
            self._in_item = tag != "li"
        elif is_heading and len(text.split()) <= _LONGEST_BOLD_HEADING_WORDS:
            self._blocks += ["", f"**{text}**", ""]
        else:
            self._blocks += [text, ""]

    def _mark(self) -> str:
        """Return what stands before the next entry."""
        count = self._lists[-1] if self._lists else None
        if count is None:
            return "-"
        self._lists[-1] = count + 1
        return f"{count + 1}."

    def _forget_line(self) -> None:
        self._line, self._plain_letters = [], 0
