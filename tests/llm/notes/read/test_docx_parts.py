"""Tests of the limits and errors of .docx files."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from llm.notes.read.content import Unreadable
from llm.notes.read.docx_parts import MAX_DEPTH, MAX_ELEMENTS, MAX_PARTS, MAX_XML_BYTES
from llm.notes.read.docx_text import read_docx
from tests.llm.notes.read.written_files import SPACE, docx, paragraph

_OPENS = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
_SEPARATES = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
_CLOSES = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
_SAYS = "<w:r><w:instrText>PAGE</w:instrText></w:r>"


def archive(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return packed.getvalue()


def document(body: str) -> bytes:
    return f'<?xml version="1.0"?><w:document {SPACE}><w:body>{body}</w:body></w:document>'.encode()


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "<!DOCTYPE d [<!ENTITY e 'ha'>"
        + "".join(f"<!ENTITY e{n} '&e{n - 1};&e{n - 1};'>" for n in range(1, 30))
        + "]>",
    ],
    ids=["points outside", "bomb of entities"],
)
def test_document_type_is_refused(declared: str) -> None:
    xml = document(paragraph("a")).replace(b'"1.0"?>', b'"1.0"?>' + declared.encode())
    with pytest.raises(Unreadable, match="document type"):
        read_docx(archive({"word/document.xml": xml}))


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(Unreadable, match="parts"):
        read_docx(docx("", {f"word/{number}": b"" for number in range(MAX_PARTS)}))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<w:p/>" * (MAX_XML_BYTES // len("<w:p/>")), "unpacks"),
        ("<w:p/>" * MAX_ELEMENTS, "far more elements"),
        ("<w:p>" * MAX_DEPTH + "</w:p>" * MAX_DEPTH, "nested"),
    ],
    ids=["bytes", "elements", "depth"],
)
def test_too_large_files_are_refused(body: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_docx(docx(body))


def test_tables_nested_up_to_the_limit_are_read() -> None:
    levels = (MAX_DEPTH - 8) // 3
    body = "<w:tbl><w:tr><w:tc>" * levels + paragraph("deep") + "</w:tc></w:tr></w:tbl>" * levels
    assert read_docx(docx(body)).text == "deep\n"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("fields", [_OPENS * 2_000, _OPENS + _SAYS * 1_000 + _SEPARATES * 1_000])
def test_unclosed_fields_are_read(fields: str) -> None:
    assert read_docx(docx(f"<w:p>{fields}</w:p>{paragraph('Words.')}")).text == "Words.\n"


def test_long_table_of_contents_is_read() -> None:
    entry = _OPENS + _SAYS + _SEPARATES + "<w:r><w:t>Chapter 7</w:t></w:r>" + _CLOSES
    body = f"<w:p>{_OPENS}{_SAYS}{_SEPARATES}{entry * 2_000}{_CLOSES}</w:p>"
    assert read_docx(docx(body)).text.count("7") == 2_000


def test_parts_without_text_are_not_unpacked() -> None:
    body = docx(paragraph("Words."), {"word/media/image1.png": bytes(64 << 20), "customXml/item1.xml": b"<a"})
    assert read_docx(body).text == "Words.\n"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_is_refused(method: int) -> None:
    with pytest.raises(Unreadable, match="compression"):
        read_docx(archive({"word/document.xml": document("")}, method))


def test_part_with_a_wrong_size_is_not_unpacked_further() -> None:
    said, true = (1_000).to_bytes(4, "little"), (64 << 20).to_bytes(4, "little")
    body = archive({"word/document.xml": bytes(64 << 20)}).replace(true, said)
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="damaged"):
            read_docx(body)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["word/document2.xml", "word\\document2.xml", "Word/Document2.XML"])
def test_document_part_is_found_under_any_name(name: str) -> None:
    relations = (
        b'<Relationships><Relationship Id="r1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/'
        b'officeDocument" Target="/word/document2.xml"/></Relationships>'
    )
    body = archive({"_rels/.rels": relations, name: document(paragraph("Words."))})
    assert read_docx(body).text == "Words.\n"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (rb"{\rtf1\ansi hello}", "an .rtf file"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html></html>", "HTML"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "HTML"),
        (b"<?xml version='1.0'?><w:wordDocument/>", "an XML file"),
        (b"%PDF-1.7", ".pdf file"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), ".doc file"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (archive({"mimetype": b"application/vnd.oasis.opendocument.text"}), "OpenDocument"),
        (archive({"xl/workbook.xml": b"<a/>"}), "an Excel file"),
        (archive({"a.txt": b"a"}), "not a .docx file"),
    ],
)
def test_other_formats_with_the_suffix_are_named(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_docx(body)
    assert reason in refused.value.reason
    assert refused.value.fix
