"""Reads one .docx paragraph: runs, tracked changes, fields, symbols, anchored shapes.

Pure, over parsed XML. Unknown elements are searched, so that no text is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from llm.notes.read.docx_styles import Styles, is_on, value_of

_PROPERTIES = frozenset(
    ("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "sectPr", "ffData", "fldData")
)
_NOT_TEXT = frozenset(("instrText", "delText", "delInstrText", "rt"))
"""Field codes, deleted text, and ruby text."""
_DELETED = frozenset(("del", "moveFrom"))
SKIPPED = _PROPERTIES | _NOT_TEXT | _DELETED
_FIXED = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_SHAPES = frozenset(("drawing", "pict", "object"))
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_SYMBOLS = {0xE0: "→", 0xDF: "←", 0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xA8: "☐", 0xB7: "•", 0xA7: "•"}
"""Common characters of Wingdings and Symbol, which have no Unicode code points."""

HIDDEN = "its hidden text is left out"
COMMENTS = "its comments are left out"
EMBEDDED = "a document inside it is left out"


@dataclass
class Runs:
    """The content of one paragraph."""

    styles: Styles
    style_id: str = ""
    """Of the paragraph."""
    pieces: list[str] = field(default_factory=list)
    plain_letters: int = 0
    """Number of letters that are not bold."""
    anchored: list[Element] = field(default_factory=list)
    """Bodies of text boxes, and diagrams."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """Referenced footnotes and endnotes: kind and id."""
    remarks: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the text, split at line breaks, without empty lines."""
        lines = (" ".join(line.split()) for line in "".join(self.pieces).split("\n"))
        return [line for line in lines if line]

    def read(self, element: Element, *, bold: bool = False) -> None:
        """Read the content of an element."""
        for child in element:
            tag = child.tag
            if tag in SKIPPED:
                continue
            if tag == "t":
                self._write(child.text or "", bold=bold)
            elif tag in _FIXED:
                self.pieces.append(_FIXED[tag])
            elif tag == "sym":
                self.pieces.append(_symbol(child.get("char", "")))
            elif tag == "r":
                self._read_run(child)
            elif tag in _SHAPES:
                self.anchored += boxes(child)
            elif tag == "AlternateContent":
                self._read_alternative(child, bold=bold)
            elif tag in _NOTES:
                self.notes.append((_NOTES[tag], child.get("id", "")))
                self.pieces.append(f"[{len(self.notes)}]")
            elif tag == "commentReference":
                self.remarks.append(COMMENTS)
            else:
                self.pieces.append("/" if tag == "den" else "")  # of a fraction
                self.read(child, bold=bold)

    def _read_run(self, run: Element) -> None:
        properties = run.find("rPr")
        style_id = value_of(properties, "rStyle")
        if self._switch(properties, style_id, "vanish"):
            if any((each.text or "").strip() for each in run.iter("t")):
                self.remarks.append(HIDDEN)
            return
        self.read(run, bold=self._switch(properties, style_id, "b"))

    def _switch(self, properties: Element | None, style_id: str, name: str) -> bool:
        found = is_on(properties, name)
        if found is not None:
            return found
        return self.styles.switch(style_id, name) or self.styles.switch(self.style_id, name)

    def _read_alternative(self, element: Element, *, bold: bool) -> None:
        chosen = alternative(element)
        if chosen is not None:
            self.read(chosen, bold=bold)

    def _write(self, text: str, *, bold: bool) -> None:
        self.pieces.append(text)
        self.plain_letters += 0 if bold else sum(map(str.isalnum, text))


def alternative(element: Element) -> Element | None:
    """Return the first version of alternate content that has text; all versions are equivalent."""
    versions = [child for child in element if child.tag in ("Choice", "Fallback")]
    return next((version for version in versions if _has_text(version)), None)


def boxes(element: Element) -> Iterator[Element]:
    """Yield the bodies of text boxes and the diagrams in a drawing, each once."""
    for child in element:
        if child.tag in ("txbxContent", "txBody", "relIds"):
            yield child
        elif child.tag == "AlternateContent":
            chosen = alternative(child)
            yield from boxes(chosen) if chosen is not None else ()
        else:
            yield from boxes(child)


def _has_text(element: Element) -> bool:
    return any(
        each.tag == "relIds" or (each.tag in ("t", "sym") and (each.text or each.get("char")))
        for each in element.iter()
    )


def _symbol(code: str) -> str:
    """Return the character of a symbol font, which uses private codes from F000."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= number <= 0xF0FF:
        return _SYMBOLS.get(number - 0xF000, " ")
    return chr(number) if 0x20 <= number < 0xD800 else " "
