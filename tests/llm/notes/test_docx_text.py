from __future__ import annotations

import pytest

from llm.notes.docx_text import MAX_PARTS, docx_text
from llm.notes.unreadable import Unreadable
from tests.llm.notes.written_files import SPACE, docx, paragraph, table


def test_headings_paragraphs_and_tables_come_in_order() -> None:
    body = (
        paragraph("Resume", "Heading1")
        + paragraph("Ada & Co, engineer.")
        + table([("Year", "Revenue"), ("2020", "4 million")])
        + paragraph("Skills", bold=True)
        + paragraph("Go")
    )
    lines = [line for line in docx_text(docx(body)).split("\n") if line]
    assert lines == [
        "# Resume", "Ada & Co, engineer.", "Year | Revenue", "2020 | 4 million", "**Skills**", "Go",
    ]  # fmt: skip


def test_words_that_were_taken_out_are_left_out_and_new_ones_are_in() -> None:
    changed = (
        "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>"
    )
    assert docx_text(docx(changed)).strip() == "new"


def test_a_long_sentence_in_bold_is_no_heading() -> None:
    said = "This whole sentence is in bold because it matters so very much to us all."
    assert docx_text(docx(paragraph(said, bold=True))).strip() == said


def test_nothing_outside_the_file_is_read() -> None:
    evil = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>'
        b"<w:r><w:t>a&x;b</w:t></w:r></w:p></w:body></w:document>"
    )
    with pytest.warns(UserWarning, match="Duplicate name"):
        body = docx("", {"word/document.xml": evil})
    try:
        text = docx_text(body)
    except Unreadable:
        text = ""
    assert "root:" not in text


def test_a_bomb_of_entities_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    evil = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><d>&e11;</d>'.encode()
    with pytest.warns(UserWarning, match="Duplicate name"):
        body = docx("", {"word/document.xml": evil})
    with pytest.raises(Unreadable):
        docx_text(body)


def test_a_file_of_countless_parts_is_refused() -> None:
    with pytest.raises(Unreadable, match="unpacks"):
        docx_text(docx("", {f"word/{number}": b"" for number in range(MAX_PARTS)}))


def test_lists_keep_their_marks_and_numbers() -> None:
    entries = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{kind}"/></w:numPr></w:pPr>'
        f"<w:r><w:t>{text}</w:t></w:r></w:p>"
        for kind, text in ((1, "one"), (1, "two"), (2, "three"))
    )
    levels = "".join(
        f'<w:abstractNum w:abstractNumId="{kind}"><w:lvl w:ilvl="0"><w:numFmt w:val="{name}"/></w:lvl>'
        "</w:abstractNum>"
        for kind, name in ((1, "decimal"), (2, "bullet"))
    )
    numbers = "".join(f'<w:num w:numId="{kind}"><w:abstractNumId w:val="{kind}"/></w:num>' for kind in (1, 2))
    numbering = f'<?xml version="1.0"?><w:numbering {SPACE}>{levels}{numbers}</w:numbering>'
    lines = docx_text(docx(entries, {"word/numbering.xml": numbering.encode()})).split("\n")
    assert [line for line in lines if line] == ["1. one", "2. two", "- three"]
