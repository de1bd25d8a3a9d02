from __future__ import annotations

from llm.notes.docx_text import docx_text
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
