"""The parts of a .docx file that hold its text, once it is clear that they can be read in good time.

Knows archives and XML, nothing of what a paragraph is. Sizes say little: it is the elements that take time,
and a field that is never closed makes each one after it slower.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Mapping
from xml.parsers import expat

from llm.notes.unreadable import Unreadable

MAX_XML_BYTES = 8 << 20
"""What the file's text may unpack to; more is an attack or no notes."""

MAX_PARTS = 5_000

MAX_STEPS = 200_000
"""What reading may take, an element being a step or more: about ten seconds, and a book of 500 pages."""

_OLD_WORD = b"\xd0\xcf\x11\xe0"
"""How files of Word before 2007 begin, and today's when a password protects them."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The standard allows no others, and the others unpack a piece to any size at once."""

_SAVE_AGAIN = "open it in your word processor and save it again, or as .txt"


def text_parts(body: bytes) -> bytes:
    """Return the file with nothing in it but its XML; pictures and what calls itself by another name are out.

    Raises:
        Unreadable: It is damaged, protected, absurdly large, or no .docx at all.
    """
    if body.startswith(_OLD_WORD):
        raise Unreadable(
            "it is protected by a password, or of a Word before 2007", "save it as .docx without a password"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = {part.filename: _content(archive, part) for part in _xml(archive)}
    except Unreadable:
        raise
    except Exception as error:  # whatever a damaged file does to the unpackers
        raise Unreadable("it is damaged, or no .docx file", "save it as .docx again, or as .txt") from error
    steps = _Steps()
    for part in parts.values():
        steps.count(part)
    return _packed(parts)


def damaged() -> Unreadable:
    """Return what to say of a file that its reader cannot make sense of."""
    return Unreadable("it is damaged", _SAVE_AGAIN)


def _xml(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the parts that are XML."""
    parts = archive.infolist()
    xml = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
    if sum(part.file_size for part in xml) > MAX_XML_BYTES or len(parts) > MAX_PARTS:
        raise Unreadable("it unpacks to far more than notes have", "save the part that matters as .txt")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("it is protected by a password", "save it without one")
    if not any(part.filename.startswith("word/") for part in parts):
        raise Unreadable("it is no .docx file", "save it as .docx in your word processor")
    if any(part.compress_type not in _METHODS for part in xml):
        raise Unreadable("it is packed as no .docx file may be", _SAVE_AGAIN)
    return xml


def _content(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """Unpack one part, as far as it says that it goes: asked for all of one that lies, zipfile takes GiBs."""
    with archive.open(part) as packed:
        return packed.read(part.file_size)


def _packed(parts: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return packed.getvalue()


class _Steps:
    """Counts what it will take to read the parts of a file, at a small share of the time."""

    def __init__(self) -> None:
        self._steps = 0
        self._open_fields = 0
        """Each element that follows is held against all of them."""
        self._pieces = 0
        """Of the last field's instruction; they are put together at each turn of a field."""

    def count(self, part: bytes) -> None:
        """Count one part.

        Raises:
            Unreadable: It takes too long, or holds what no .docx file may.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._take
        with contextlib.suppress(expat.ExpatError):  # whoever reads the part says so, if anybody does
            parser.Parse(part, True)

    def _refuse(self, *_: object) -> None:
        """Entities, which unfold to any length, come with a document type; .docx files have none."""
        raise Unreadable("its XML declares a document type, as no .docx file may", _SAVE_AGAIN)

    def _take(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = name.rpartition(" ")[2]
        self._steps += 1 + self._open_fields
        if kind == "instrText":
            self._pieces += 1
        elif kind == "fldChar":
            self._turn(next((value for key, value in attributes.items() if key.endswith("fldCharType")), ""))
        if self._steps > MAX_STEPS:
            raise Unreadable("it would take far longer to read than notes do", "save what matters as .txt")

    def _turn(self, turn: str) -> None:
        self._steps += self._pieces
        if turn == "begin":
            self._open_fields, self._pieces = self._open_fields + 1, 0
        elif turn == "end":
            self._open_fields = max(self._open_fields - 1, 0)
