from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from llm.notes.docx_parts import MAX_PARTS, MAX_STEPS, MAX_XML_BYTES, text_parts
from llm.notes.docx_text import docx_text
from llm.notes.unreadable import Unreadable
from tests.llm.notes.written_files import docx, paragraph

_OPENS = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
_SEPARATES = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
_CLOSES = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
_SAYS = "<w:r><w:instrText>PAGE</w:instrText></w:r>"


def test_a_file_that_points_outside_is_refused() -> None:
    evil = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>'
        b"<w:r><w:t>a&x;b</w:t></w:r></w:p></w:body></w:document>"
    )
    with pytest.warns(UserWarning, match="Duplicate name"):
        body = docx("", {"word/document.xml": evil})
    with pytest.raises(Unreadable, match="document type"):
        docx_text(body)


def test_a_bomb_of_entities_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    evil = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><d>&e11;</d>'.encode()
    with pytest.warns(UserWarning, match="Duplicate name"):
        body = docx("", {"word/document.xml": evil})
    with pytest.raises(Unreadable, match="document type"):
        docx_text(body)


def test_a_file_of_countless_parts_is_refused() -> None:
    with pytest.raises(Unreadable, match="unpacks"):
        docx_text(docx("", {f"word/{number}": b"" for number in range(MAX_PARTS)}))


def test_a_file_that_unpacks_to_more_than_notes_have_is_refused() -> None:
    with pytest.raises(Unreadable, match="unpacks"):
        text_parts(docx("<w:p/>" * (MAX_XML_BYTES // len("<w:p/>"))))


@pytest.mark.parametrize(
    "body",
    [
        "<w:p/>" * MAX_STEPS,
        _OPENS * 2_000,  # each waits for its end
        _OPENS + _SAYS * 1_000 + _SEPARATES * 1_000,  # what it says is put together again each time
    ],
    ids=["elements", "open fields", "a field's turns"],
)
def test_a_file_that_would_take_minutes_to_read_is_refused_before_it_is_read(body: str) -> None:
    with pytest.raises(Unreadable, match="longer to read"):
        text_parts(docx(f"<w:p>{body}</w:p>"))


def test_a_long_table_of_contents_is_read() -> None:
    entry = _OPENS + _SAYS + _SEPARATES + "<w:r><w:t>Chapter 7</w:t></w:r>" + _CLOSES
    assert (
        docx_text(docx(f"<w:p>{_OPENS}{_SAYS}{_SEPARATES}{entry * 2_000}{_CLOSES}</w:p>")).count("7") == 2_000
    )


def test_what_is_no_xml_by_its_name_is_not_even_unpacked() -> None:
    body = docx(paragraph("Words."), {"word/media/image1.png": bytes(64 << 20)})
    with zipfile.ZipFile(io.BytesIO(text_parts(body))) as archive:
        assert sorted(archive.namelist()) == ["[Content_Types].xml", "_rels/.rels", "word/document.xml"]
    assert docx_text(body) == "Words.\n"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_as_no_word_processor_does_is_refused(method: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("word/document.xml", b"<a/>")
    with pytest.raises(Unreadable, match="packed"):
        text_parts(packed.getvalue())


def test_a_part_that_lies_about_its_size_is_unpacked_no_further() -> None:
    said, true = (1_000).to_bytes(4, "little"), (64 << 20).to_bytes(4, "little")
    body = docx("", {"word/lie.xml": bytes(64 << 20)}).replace(true, said)
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="damaged"):
            text_parts(body)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_a_part_that_is_damaged_and_that_nobody_reads_does_no_harm() -> None:
    assert docx_text(docx(paragraph("Words."), {"customXml/item1.xml": b"<a"})) == "Words.\n"
