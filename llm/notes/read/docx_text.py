"""Converts a .docx file to Markdown.

A table row is one line "cell | cell" where each cell is one line; else its cells are blocks. Deleted and
hidden text, comments and pictures are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from llm.notes.read.content import Content
from llm.notes.read.docx_parts import Parts
from llm.notes.read.docx_runs import EMBEDDED, SKIPPED, Runs, alternative
from llm.notes.read.docx_styles import Numbering, Styles, value_of

_LONGEST_BOLD_HEADING_WORDS = 12
_PAGE_NUMBER = re.compile(r"[\W\d]*(?:page)?[\W\d]*(?:of)?[\W\d]*$", re.IGNORECASE)


def read_docx(body: bytes) -> Content:
    """Return the text of a .docx file.

    Raises:
        Unreadable: It is damaged, protected, far too large, or not a .docx file.
    """
    return _Reader(Parts(body)).content()


class _Reader:
    """Converts the parts of a document to lines of Markdown."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._styles = Styles(parts.related("styles"))
        self._numbering = Numbering(parts.related("numbering"))
        self._notes = {
            (kind, note.get("id", "")): note
            for kind in ("footnotes", "endnotes")
            for part in parts.related(kind)
            for note in part
        }
        self._lines: list[str] = []
        self._in_list = False
        self._unfinished: Runs | None = None
        """A paragraph whose end was deleted, which the next one continues."""
        self._remarks: list[str] = []

    def content(self) -> Content:
        """Return the text: page headers, body, page footers."""
        self._running("header")
        self._blocks(self._parts.document)
        self._finish_paragraph()
        self._running("footer")
        return Content("\n".join(self._lines).strip() + "\n", tuple(dict.fromkeys(self._remarks)))

    def _running(self, kind: str) -> None:
        """Write the page headers or footers, each text once, without page numbers."""
        start = len(self._lines)
        for part in self._parts.related(kind):
            self._blocks(part)
        written = self._lines[start:]
        unique = dict.fromkeys(line for line in written if line and not _PAGE_NUMBER.match(line))
        self._lines[start:] = [part for line in unique for part in (line, "")]

    def _blocks(self, element: Element) -> None:
        """Write the paragraphs and tables in an element, in order."""
        for child in _content_of(element):
            if child.tag == "p":
                self._paragraph(child)
            elif child.tag == "tbl":
                self._table(child)
            elif child.tag in ("altChunk", "subDoc"):
                self._remarks.append(EMBEDDED)
            elif child.tag not in SKIPPED:
                self._blocks(child)

    def _paragraph(self, paragraph: Element) -> None:
        properties = paragraph.find("pPr")
        if self._unfinished is None:
            self._unfinished = Runs(self._styles, value_of(properties, "pStyle"))
        self._unfinished.read(paragraph)
        if properties is None or properties.find("rPr/del") is None:
            self._finish_paragraph(properties)

    def _finish_paragraph(self, properties: Element | None = None) -> None:
        runs, self._unfinished = self._unfinished, None
        if runs is not None:
            self._write(runs, properties)
            self._write_anchored(runs)

    def _write(self, runs: Runs, properties: Element | None) -> None:
        self._remarks += runs.remarks
        lines = runs.lines()
        if not lines:
            return
        level = self._styles.heading_level(properties)
        number, depth = self._styles.numbering(properties)
        if level:
            self._write_block(f"{'#' * level} {' '.join(lines)}")
        elif number:
            if not self._in_list and self._lines and self._lines[-1]:
                self._lines.append("")
            self._in_list = True
            mark = f"{'  ' * depth}{self._numbering.mark(number, depth)} ".rstrip()
            self._lines.append(f"{mark} " * bool(mark) + "\n".join(lines))
        elif _is_bold_heading(runs, lines):
            self._write_block(f"**{lines[0]}**")
        else:
            self._write_block("\n".join(lines))

    def _write_block(self, text: str) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append("")
        self._in_list = False
        self._lines += [text, ""]

    def _write_anchored(self, runs: Runs) -> None:
        """Write the footnotes and text boxes of a paragraph after it."""
        for count, name in enumerate(runs.notes, start=1):
            note = self._notes.pop(name, None)
            if note is not None:
                text = " ".join(line for inner in note.iter("p") for line in self._runs(inner).lines())
                self._write_block(f"[{count}] {text}")
        for box in runs.anchored:
            if box.tag == "relIds":
                self._diagram(box)
            else:
                self._blocks(box)

    def _diagram(self, reference: Element) -> None:
        """Write the labels of a diagram (SmartArt), one a line."""
        data = self._parts.by_relation(reference.get("dm", ""))
        labels = [self._runs(label).lines() for label in data.iter("p")] if data is not None else []
        if any(labels):
            self._write_block("\n".join(line for label in labels for line in label))

    def _runs(self, paragraph: Element) -> Runs:
        runs = Runs(self._styles)
        runs.read(paragraph)
        self._remarks += runs.remarks
        return runs

    def _table(self, table: Element) -> None:
        self._finish_paragraph()
        for row in _children(table, "tr"):
            if row.find("trPr/del") is not None:
                continue
            cells = [cell for cell in _children(row, "tc") if not _continues_above(cell)]
            texts = [self._one_line(cell) for cell in cells]
            if len(cells) == 1 or None in texts:
                for cell in cells:
                    self._blocks(cell)
                    self._end_block()
            elif any(texts):
                self._in_list = False
                self._lines.append(" | ".join(filter(None, texts)))
        self._end_block()

    def _end_block(self) -> None:
        self._in_list = False
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def _one_line(self, cell: Element) -> str | None:
        """Return the text of a cell of one line; None when it has more lines or other content."""
        blocks = [child for child in _flat(cell) if child.tag in ("p", "tbl")]
        if any(block.tag == "tbl" for block in blocks):
            return None
        all_runs = [Runs(self._styles, value_of(block, "pPr/pStyle")) for block in blocks]
        for runs, block in zip(all_runs, blocks, strict=True):
            runs.read(block)
        lines = [" ".join(runs.lines()) for runs in all_runs]
        if any(runs.anchored or runs.notes for runs in all_runs) or len(list(filter(None, lines))) > 1:
            return None
        if any(
            self._styles.numbering(block.find("pPr"))[0]
            for block, line in zip(blocks, lines, strict=True)
            if line
        ):
            return None
        self._remarks += [remark for runs in all_runs for remark in runs.remarks]
        return "".join(lines)


def _is_bold_heading(runs: Runs, lines: list[str]) -> bool:
    text = lines[0]
    return (
        len(lines) == 1
        and not runs.plain_letters
        and not text.endswith((".", ",", ";"))
        and len(text.split()) <= _LONGEST_BOLD_HEADING_WORDS
        and any(map(str.isalnum, text))
    )


def _content_of(element: Element) -> Iterator[Element]:
    """Yield an element's children, and one version of alternate content."""
    for child in element:
        if child.tag == "AlternateContent":
            chosen = alternative(child)
            yield from chosen if chosen is not None else ()
        else:
            yield child


def _flat(element: Element) -> Iterator[Element]:
    """Yield the paragraphs and tables of an element, including those in content controls."""
    for child in _content_of(element):
        if child.tag in ("p", "tbl"):
            yield child
        elif child.tag not in SKIPPED:
            yield from _flat(child)


def _children(element: Element, tag: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, including those in content controls."""
    for child in _content_of(element):
        if child.tag == tag:
            yield child
        elif child.tag not in SKIPPED:
            yield from _children(child, tag)


def _continues_above(cell: Element) -> bool:
    """Return whether a cell is merged with the one above."""
    merge = cell.find("tcPr/vMerge")
    return merge is not None and merge.get("val", "continue") == "continue"
