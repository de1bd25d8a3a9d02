"""Parses the XML parts of a .docx file, within limits of size, count and depth.

Element and attribute names lose their namespace, so that "transitional" and "strict" files are alike.
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
"""Limit of the unpacked parts; more is an attack, or not notes."""

MAX_PARTS = 5_000
MAX_ELEMENTS = 400_000
"""About a book of 1000 pages, which takes about a second to parse."""

MAX_DEPTH = 200
"""Word nests tables and text boxes less deeply; the reader recurses for each level."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The standard allows no others, and others can unpack to any size at once."""

_SAVE_AGAIN = "open it in your word processor and save it again, or as .txt"
_AS_DOCX = "save it as .docx in your word processor"
_OTHER_ARCHIVES = {
    "mimetype": "an OpenDocument or EPUB file",
    "xl/workbook.xml": "an Excel file",
    "ppt/presentation.xml": "a PowerPoint file",
    "index/document.iwa": "a Pages file",
}


class Parts:
    """The parts of a document that contain text.

    Args:
        body: The file's bytes.

    Raises:
        Unreadable: It is damaged, protected, far too large, or not a .docx file.
    """

    def __init__(self, body: bytes) -> None:
        if not body.startswith(b"PK"):
            raise _other_format(body)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(body))
        except Exception as error:  # zipfile raises various types for damaged files
            raise damaged() from error
        entries = self._archive.infolist()
        if len(entries) > MAX_PARTS:
            raise Unreadable("it has far more parts than notes have", "save the relevant part as .txt")
        self._entries = {_normal(entry.filename): entry for entry in entries}
        self._bytes = 0
        self._limits = _Limits()
        name = self._main()
        self.document = self._parsed(name)
        self._relations = self._relations_of(name)

    def related(self, kind: str) -> list[Element]:
        """Return the parsed parts that the document refers to as this kind ("styles", "header")."""
        targets = [target for found, target in self._relations.values() if found == kind]
        # Some programs write documents without relations.
        return [self._parsed(target) for target in targets or [f"word/{kind}.xml"] if self._has(target)]

    def by_relation(self, relation: str) -> Element | None:
        """Return the parsed part with this relation id, or None."""
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
            (what for name, what in _OTHER_ARCHIVES.items() if name in self._entries), "not a .docx file"
        )
        raise Unreadable(f"it is {found}", _AS_DOCX)

    def _relations_of(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the internal relations of a part: by id, the kind and the target part."""
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
            raise Unreadable("it uses a compression that .docx files do not allow", _SAVE_AGAIN)
        self._bytes += entry.file_size
        if self._bytes > MAX_XML_BYTES:
            raise Unreadable("it unpacks to far more than notes have", "save the relevant part as .txt")
        try:
            with self._archive.open(entry) as packed:
                # Without a limit, an entry with a wrong size could use any amount of memory.
                content = packed.read(entry.file_size)
            parser = ElementTree.XMLParser(target=_Builder(self._limits))
            parser.feed(content)
            root: Element = parser.close()
        except Unreadable:
            raise
        except Exception as error:  # zipfile, zlib and expat raise various types for damaged files
            raise damaged() from error
        return root


def damaged() -> Unreadable:
    """Return the failure for a file whose archive or XML is broken."""
    return Unreadable("it is damaged, or not a .docx file", _SAVE_AGAIN)


def _normal(name: str) -> str:
    """Return a part's name for comparison: in lower case, with slashes for backslashes."""
    return name.replace("\\", "/").lstrip("/").lower()


def _other_format(body: bytes) -> Unreadable:
    """Return the failure for a file that has the suffix .docx and another format."""
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in body:
            return Unreadable("it is protected by a password", "save it as .docx without a password")
        if "WordDocument".encode("utf-16-le") in body:
            return Unreadable("it is a .doc file from Word before 2007", _AS_DOCX)
        return Unreadable(
            "it is protected by a password, or from Word before 2007", "save it as .docx without a password"
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
    """Number of elements that may still be read, over all parts of a file."""

    def __init__(self) -> None:
        self.elements = MAX_ELEMENTS


class _Builder(ElementTree.TreeBuilder):
    """Builds elements without namespaces, within the limits."""

    def __init__(self, limits: _Limits) -> None:
        super().__init__()
        self._limits = limits
        self._depth = 0

    def start(self, tag: str, attrs: Mapping[str, str]) -> Element:
        """Start an element."""
        self._depth += 1
        self._limits.elements -= 1
        if self._limits.elements < 0:
            raise Unreadable("it has far more elements than notes have", "save the relevant part as .txt")
        if self._depth > MAX_DEPTH:
            raise Unreadable("its elements are nested too deeply", "save the relevant part as .txt")
        return super().start(_local(tag), {_local(name): value for name, value in attrs.items()})

    def end(self, tag: str) -> Element:
        """End an element."""
        self._depth -= 1
        return super().end(_local(tag))

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse document types: .docx files have none, and their entities can expand to any size."""
        raise Unreadable("its XML declares a document type, which .docx files do not allow", _SAVE_AGAIN)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
