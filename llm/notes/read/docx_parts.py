"""Opens a .docx file and parses the XML parts that hold its text, within limits of size, count and depth.

Knows archives, relations and XML; knows nothing of paragraphs. Element and attribute names come without their
namespace, so that "transitional" and "strict" files look alike.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from llm.notes.read.content import Unreadable

MAX_XML_BYTES = 16 << 20
"""The parts with text may unpack to this; more is an attack or no notes."""

MAX_PARTS = 5_000
MAX_ELEMENTS = 400_000
"""About a book of 1000 pages; parsing them takes about a second."""

MAX_DEPTH = 200
"""Word nests tables and text boxes less deep; each level is a few calls of the reader."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The standard allows no others, and the others unpack a piece to any size at once."""

_SAVE_AGAIN = "open it in your word processor and save it again, or as .txt"
_AS_DOCX = "save it as .docx in your word processor"
_OTHER_ARCHIVES = {
    "mimetype": "an OpenDocument or EPUB file",
    "xl/workbook.xml": "an Excel file",
    "ppt/presentation.xml": "a PowerPoint file",
    "index/document.iwa": "a Pages file",
}


class Parts:
    """The parts of a document that hold text.

    Args:
        body: The file's bytes.

    Raises:
        Unreadable: It is damaged, protected, absurdly large, or no .docx file.
    """

    def __init__(self, body: bytes) -> None:
        if not body.startswith(b"PK"):
            raise _no_archive(body)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(body))
        except Exception as error:  # zipfile fails in many ways on a damaged file
            raise damaged() from error
        entries = self._archive.infolist()
        if len(entries) > MAX_PARTS:
            raise Unreadable("it has far more parts than notes have", "save the part that matters as .txt")
        self._entries = {_normal(entry.filename): entry for entry in entries}
        self._bytes = 0
        self._limits = _Limits()
        name = self._main()
        self.document = self._parsed(name)
        self._relations = self._relations_of(name)

    def related(self, kind: str) -> list[Element]:
        """Return the parsed parts that the document refers to as this kind ("styles", "header")."""
        targets = [target for found, target in self._relations.values() if found == kind]
        # A document that some programs write has parts and no relations.
        return [self._parsed(target) for target in targets or [f"word/{kind}.xml"] if self._has(target)]

    def by_relation(self, relation: str) -> Element | None:
        """Return the parsed part with this relation id, None when it is not there."""
        _, target = self._relations.get(relation, ("", ""))
        return self._parsed(target) if self._has(target) else None

    def _has(self, name: str) -> bool:
        return _normal(name) in self._entries

    def _main(self) -> str:
        """Return the name of the part with the document itself."""
        for kind, target in self._relations_of("").values():
            if kind == "officeDocument" and self._has(target) and not target.startswith(("xl/", "ppt/")):
                return target
        if self._has("word/document.xml"):
            return "word/document.xml"
        found = next(
            (what for name, what in _OTHER_ARCHIVES.items() if name in self._entries), "no .docx file"
        )
        raise Unreadable(f"it is {found}", _AS_DOCX)

    def _relations_of(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the relations of a part inside the file: by id, the kind and the part it leads to."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self._has(relations):
            return {}
        return {
            each.get("Id", ""): (
                each.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
            )
            for each in self._parsed(relations)
            if each.get("TargetMode") != "External"
        }

    def _parsed(self, name: str) -> Element:
        entry = self._entries[_normal(name)]
        if entry.flag_bits & 1:
            raise Unreadable("it is protected by a password", "save it without one")
        if entry.compress_type not in _METHODS:
            raise Unreadable("it is compressed as no .docx file may be", _SAVE_AGAIN)
        self._bytes += entry.file_size
        if self._bytes > MAX_XML_BYTES:
            raise Unreadable("it unpacks to far more than notes have", "save the part that matters as .txt")
        try:
            with self._archive.open(entry) as packed:
                # Reading all of an entry that lies about its size takes any amount of memory.
                content = packed.read(entry.file_size)
            parser = ElementTree.XMLParser(target=_Builder(self._limits))
            parser.feed(content)
            root: Element = parser.close()
        except Unreadable:
            raise
        except Exception as error:  # zipfile, zlib and expat fail in many ways on a damaged file
            raise damaged() from error
        return root


def damaged() -> Unreadable:
    """Return the failure for a file whose archive or XML is broken."""
    return Unreadable("it is damaged, or no .docx file", _SAVE_AGAIN)


def _normal(name: str) -> str:
    """Return a part's name as parts are compared: any case; some programs write backslashes."""
    return name.replace("\\", "/").lstrip("/").lower()


def _no_archive(body: bytes) -> Unreadable:
    """Return what a file is that has the suffix .docx and is something else."""
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in body:
            return Unreadable("it is protected by a password", "save it as .docx without a password")
        if "WordDocument".encode("utf-16-le") in body:
            return Unreadable("it is a .doc file of Word before 2007", _AS_DOCX)
        return Unreadable(
            "it is protected by a password, or of a Word before 2007", "save it as .docx without a password"
        )
    if head.startswith(b"{\\rtf"):
        return Unreadable("it is an .rtf file with another suffix", _AS_DOCX)
    if head.startswith((b"<html", b"<!doctype html", b"mime-version:")) or b"<html" in head:
        return Unreadable("it is a web page (HTML) with another suffix", _AS_DOCX)
    if head.startswith(b"<?xml"):
        return Unreadable("it is an XML file, not a .docx file", _AS_DOCX)
    if head.startswith(b"%pdf-"):
        return Unreadable("it is a .pdf file with another suffix", "give it the suffix .pdf")
    return damaged()


class _Limits:
    """How many elements may still be read, over all parts of a file."""

    def __init__(self) -> None:
        self.elements = MAX_ELEMENTS


class _Builder(ElementTree.TreeBuilder):
    """Builds elements whose names have no namespace, and refuses what would take too long."""

    def __init__(self, limits: _Limits) -> None:
        super().__init__()
        self._limits = limits
        self._depth = 0

    def start(self, tag: str, attrs: Mapping[str, str]) -> Element:
        """Take in the start of an element."""
        self._depth += 1
        self._limits.elements -= 1
        if self._limits.elements < 0:
            raise Unreadable("it would take far longer to read than notes do", "save what matters as .txt")
        if self._depth > MAX_DEPTH:
            raise Unreadable(
                "its elements are nested deeper than those of notes", "save what matters as .txt"
            )
        return super().start(_local(tag), {_local(name): value for name, value in attrs.items()})

    def end(self, tag: str) -> Element:
        """Take in the end of an element."""
        self._depth -= 1
        return super().end(_local(tag))

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse: entities, which unfold to any length, come with a document type; .docx files have none."""
        raise Unreadable("its XML declares a document type, as no .docx file may", _SAVE_AGAIN)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
