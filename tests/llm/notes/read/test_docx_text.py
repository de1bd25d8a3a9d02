"""Tests of the Markdown of .docx files."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm.notes.read.docx_text import read_docx
from tests.llm.notes.read.written_files import SPACE, docx, paragraph, table

CASES = Path(__file__).parents[3] / "data" / "notes_cases"


def docx_text(body: bytes) -> str:
    return read_docx(body).text


def test_headings_paragraphs_and_tables_are_in_order() -> None:
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


def test_tracked_changes_are_accepted() -> None:
    changed = (
        "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>"
    )
    assert docx_text(docx(changed)).strip() == "new"


def test_long_bold_sentence_is_not_a_heading() -> None:
    text = "This whole sentence is in bold because it matters so very much to us all."
    assert docx_text(docx(paragraph(text, bold=True))).strip() == text


def test_lists_keep_markers_and_numbers() -> None:
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


def lines_of(body: str, more: dict[str, bytes] | None = None) -> list[str]:
    return [line for line in docx_text(docx(body, more)).split("\n") if line]


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "layout_table.docx",
            [
                "SKILLS",
                "Python",
                "Kubernetes",
                "EXPERIENCE",
                "Acme 2019-2023",
                "Led the Kubernetes migration",
            ],
        ),
        (
            "nested_resume.docx",
            [
                "Brooklyn Bridge project",
                "I led the repair of the Brooklyn Bridge, which is 143 years old, with a team of five.",
                "Acme",
                "2019 to 2023 | Staff Engineer",
                "End",
            ],
        ),
    ],
)
def test_layout_tables_become_lines(name: str, lines: list[str]) -> None:
    assert [line for line in docx_text((CASES / name).read_bytes()).split("\n") if line] == lines


def test_tables_nested_in_tables_keep_their_text() -> None:
    body = "innermost"
    for depth in range(5):
        cell = paragraph(body) if depth == 0 else f"{paragraph(f'level {depth}')}{body}"
        body = f"<w:tbl><w:tr><w:tc>{cell}</w:tc><w:tc>{paragraph(f'beside {depth}')}</w:tc></w:tr></w:tbl>"
    text = " ".join(lines_of(body))
    assert all(f"beside {depth}" in text for depth in range(5))
    assert "innermost" in text


def test_merged_cells_are_read_once() -> None:
    merged = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    first = f'<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{paragraph("Go")}</w:tc>'
    first += f"<w:sdt><w:sdtContent><w:tc>{paragraph('9 years')}</w:tc></w:sdtContent></w:sdt></w:tr>"
    second = f"<w:tr>{merged}<w:tc>{paragraph('daily')}</w:tc></w:tr>"
    assert lines_of(f"<w:tbl>{first}<w:sdt><w:sdtContent>{second}</w:sdtContent></w:sdt></w:tbl>") == [
        "Go | 9 years", "daily",
    ]  # fmt: skip


BOX = f"<w:txbxContent>{paragraph('In the box')}</w:txbxContent>"


@pytest.mark.parametrize(
    "shape",
    [
        f"<w:pict><w:shape>{BOX}</w:shape></w:pict>",
        f"<w:drawing><w:wsp>{BOX}</w:wsp></w:drawing>",
        f"<w:AlternateContent><w:Choice><w:drawing>{BOX}</w:drawing></w:Choice>"
        f"<w:Fallback><w:pict>{BOX}</w:pict></w:Fallback></w:AlternateContent>",
        f"<w:AlternateContent><w:Choice><w:drawing/></w:Choice>"
        f"<w:Fallback><w:pict>{BOX}</w:pict></w:Fallback></w:AlternateContent>",
        f"<w:drawing><w:AlternateContent><w:Choice>{BOX}</w:Choice>"
        f"<w:Fallback>{BOX}</w:Fallback></w:AlternateContent></w:drawing>",
    ],
)
def test_text_boxes_are_read_once(shape: str) -> None:
    assert lines_of(f"<w:p><w:r><w:t>Before.</w:t></w:r><w:r>{shape}</w:r></w:p>") == [
        "Before.",
        "In the box",
    ]


def test_text_boxes_in_cells_are_read() -> None:
    cell = f"<w:tc><w:p><w:r><w:pict>{BOX}</w:pict></w:r></w:p></w:tc><w:tc>{paragraph('beside')}</w:tc>"
    assert lines_of(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>") == ["In the box", "beside"]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (f"<w:hyperlink>{run('link')}</w:hyperlink>", "link"),
        (f"<w:smartTag><w:smartTag>{run('tag')}</w:smartTag></w:smartTag>", "tag"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{run('control')}</w:sdtContent></w:sdt>", "control"),
        (f"<w:fldSimple>{run('field')}</w:fldSimple>", "field"),
        (f"<w:ins>{run('new')}</w:ins><w:moveFrom>{run('old')}</w:moveFrom>", "new"),
        (f"<w:moveTo>{run('moved')}</w:moveTo><w:del><w:r><w:delText>x</w:delText></w:r></w:del>", "moved"),
        (f"<w:ins><w:del><w:r><w:delText>x</w:delText></w:r></w:del>{run('kept')}</w:ins>", "kept"),
        (
            f"{run('up')}<w:r><w:noBreakHyphen/></w:r>{run('to')}<w:r><w:tab/></w:r>{run('date')}",
            "up-to date",
        ),
        (f'<w:r><w:sym w:font="Wingdings" w:char="F0E0"/></w:r>{run(" there")}', "→ there"),
        (f"<w:oMath><w:f><w:num>{run('a')}</w:num><w:den>{run('b')}</w:den></w:f></w:oMath>", "a/b"),
    ],
)
def test_text_inside_a_paragraph_is_kept(inner: str, text: str) -> None:
    assert lines_of(f"<w:p>{inner}</w:p>") == [text]


def test_content_controls_and_insertions_are_read() -> None:
    body = f"<w:sdt><w:sdtContent><w:sdt><w:sdtContent>{paragraph('One.')}</w:sdtContent></w:sdt>"
    body += f"</w:sdtContent></w:sdt><w:customXml>{paragraph('Two.')}</w:customXml>"
    assert lines_of(body) == ["One.", "Two."]


def test_deleted_paragraph_mark_joins_paragraphs() -> None:
    joined = f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('One ')}</w:p>{paragraph('line.')}"
    assert lines_of(joined + f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('Last.')}</w:p>") == [
        "One line.", "Last.",
    ]  # fmt: skip


def test_deleted_rows_are_left_out() -> None:
    rows = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('old')}</w:tc></w:tr>"
    assert lines_of(f"<w:tbl>{rows}<w:tr><w:tc>{paragraph('new')}</w:tc></w:tr></w:tbl>") == ["new"]


def test_hidden_text_and_comments_are_left_out_with_a_remark() -> None:
    shown = run("shown", '<w:vanish w:val="0"/>') + '<w:r><w:commentReference w:id="1"/></w:r>'
    content = read_docx(docx(f"<w:p>{shown}{run('hidden', '<w:vanish/>')}</w:p>"))
    assert content.text == "shown\n"
    assert content.remarks == ("its comments are left out", "its hidden text is left out")


def related(**parts: str) -> dict[str, bytes]:
    """Return parts of a document and its relations to them, by kind."""
    relations = "".join(
        f'<Relationship Id="{name}" Type="http://x/{name.rstrip("0123456789")}" Target="{name}.xml"/>'
        for name in parts
    )
    written = {f"word/{name}.xml": f"<w:x {SPACE}>{xml}</w:x>".encode() for name, xml in parts.items()}
    return {**written, "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>".encode()}


def test_headers_and_footers_are_read_once() -> None:
    more = related(
        header1=paragraph("Ada Lovelace, ada@example.org"),
        header2=paragraph("Ada Lovelace, ada@example.org"),
        footer1=paragraph("References on request") + paragraph("Page 1 of 2"),
    )
    assert lines_of(paragraph("Engineer."), more) == [
        "Ada Lovelace, ada@example.org", "Engineer.", "References on request",
    ]  # fmt: skip


def test_footnotes_follow_their_paragraph() -> None:
    notes = '<w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
    notes += f'<w:footnote w:id="2">{paragraph("Before tax.")}</w:footnote>'
    body = f'<w:p>{run("It cost 5.")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>{paragraph("Next.")}'
    assert lines_of(body, related(footnotes=notes)) == ["It cost 5.[1]", "[1] Before tax.", "Next."]


def test_diagram_labels_are_read() -> None:
    more = related(diagramData=f"<p>{run('Plan')}</p><p>{run('Build')}</p>")
    shape = '<w:r><w:drawing><w:relIds w:dm="diagramData"/></w:drawing></w:r>'
    assert lines_of(f"<w:p>{shape}</w:p>", more) == ["Plan", "Build"]


def test_headings_are_found_by_name_outline_and_base_style() -> None:
    styles = (
        '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="berschrift1"/></w:style>'
        '<w:style w:styleId="Out"><w:name w:val="Out"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
        '<w:style w:styleId="Ring"><w:name w:val="Ring"/><w:basedOn w:val="Ring"/></w:style>'
    )
    body = "".join(paragraph(f"is {style}", style) for style in ("berschrift1", "Mine", "Out", "Ring"))
    assert lines_of(body, related(styles=styles)) == ["# is berschrift1", "# is Mine", "## is Out", "is Ring"]
