"""The Word document, opened again with python-docx; hostile texts stay texts."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import docx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from session.transcript.formats.word_document import word_document
from session.transcript.saved_session import Consent, Passage, SavedSession
from tests.session.transcript.sessions import question, saved, turn
from tests.session.transcript.test_summary import entry, summary
from tests.session.transcript.test_web_page import session as hostile_session

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = {
    "[Content_Types].xml",
    "_rels/.rels",
    "docProps/core.xml",
    "word/_rels/document.xml.rels",
    "word/document.xml",
    "word/styles.xml",
}
_ELEMENTS = {
    *("document", "body", "sectPr", "pgSz", "pgMar", "p", "pPr", "pStyle", "bidi"),
    *("r", "rPr", "rStyle", "b", "bCs", "i", "iCs", "rtl", "t", "tab", "br"),
    *("tbl", "tblPr", "tblW", "tblLayout", "tblGrid", "gridCol", "tr", "tc", "tcPr", "tcW"),
}
ANSWER = """The **data**:

- twelve years
  - of *it*

3. third
4. fourth

| a | b |
|---|---|
| 1 | 2 |

```
x = 1
y = 2
```"""


def opened(session: SavedSession) -> list[tuple[str, str]]:
    """Return style and text of each paragraph, as python-docx reads them."""
    document = docx.Document(io.BytesIO(word_document(session)))
    return [(each.style.name, each.text) for each in document.paragraphs]  # type: ignore[union-attr,misc]


def elements(body: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        assert set(package.namelist()) == _PARTS
        root = ElementTree.fromstring(package.read("word/document.xml"))
        assert "External" not in package.read("word/_rels/document.xml.rels").decode()
    return {each.tag.removeprefix(_WORD) for each in root.iter()}


def test_it_reads_like_minutes() -> None:
    asked = question(
        1, 2, text="What was hard?", answer=ANSWER, model="small", complete=True,
        passages=[Passage(file="resume.md", heading="Work", text="Four services.")],
    )  # fmt: skip
    session = saved(
        turn("What was hard?", 0, 2, "call"),
        turn("The data.", 3, 4),
        questions=[asked],
        consent=Consent(people="Ada"),
    )
    assert opened(session)[:15] == [
        ("Title", "Session of 2026-11-28, 17:45"),
        ("Heading 1", "Transcript"),
        ("Speaker", "Them  0:00"),
        ("Normal", "What was hard?"),
        ("CardHead", "Question 1 (Them, 0:02)"),
        ("CardQuestion", "What was hard?"),
        ("Card", "The data:"),
        ("CardList", "•\ttwelve years"),
        ("CardList", "\t•\tof it"),
        ("CardList", "3.\tthird"),
        ("CardList", "4.\tfourth"),
        ("Card", "a  |  b"),
        ("Card", "1  |  2"),
        ("CardCode", "x = 1\ny = 2"),
        ("CardNote", "small"),
    ]
    document = docx.Document(io.BytesIO(word_document(session)))
    assert document.core_properties.title == "Session of 2026-11-28, 17:45"
    facts = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert facts["Length"] == "1 minute"
    assert "Ada" in facts["Consent"]
    bold = [run.text for each in document.paragraphs for run in each.runs if run.bold]
    assert "data" in bold


def test_a_summary_has_its_headings() -> None:
    made = summary(topics=[entry("The data", 5)], actions=[entry("Call Bob.", who="Ada")])
    shown = opened(saved(turn("The data.", 3, 4), summary=made))
    assert [row for row in shown if row[0] in ("Heading 2", "List")][:4] == [
        ("Heading 2", "Topics"),
        ("List", "•\t0:05: The data (“as said”)"),
        ("Heading 2", "Action items"),
        ("List", "•\t0:00: Ada: Call Bob. (“as said”)"),
    ]


def test_the_same_session_is_the_same_file() -> None:
    session = saved(turn("The data.", 3, 4))
    assert word_document(session) == word_document(session)


def test_right_to_left_text_is_marked() -> None:
    body = word_document(saved(turn("ما هي أكبر نقطة ضعف لديك؟", 0, 2), turn("The API.", 10, 12)))
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        document = package.read("word/document.xml").decode()
    assert document.count("<w:bidi/>") == 1


@pytest.mark.parametrize(
    "text",
    [
        '</w:t></w:r><w:fldSimple w:instr="DDEAUTO cmd"/>',
        "{ INCLUDETEXT \\\\host\\share }",
        "[x](javascript:alert(1)) <https://example.com> ![y](http://example.com/y.png)",
        "]]><?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    ],
)
def test_hostile_text_is_text(text: str) -> None:
    body = word_document(hostile_session(text, text))
    assert elements(body) <= _ELEMENTS
    assert any(text.split()[-1] in paragraph for _, paragraph in opened(hostile_session(text, text)))


@given(text=st.text(max_size=200))
@example(text="\x00\x1b\ufffe\ud800\r\n\t- \n1. \n| a |\n|---|\n")
def test_every_text_gives_a_document_of_known_elements(text: str) -> None:
    asked = question(1, 2, text=text, answer=text, stopped=text)
    body = word_document(saved(turn(text, 0, 1), questions=[asked]))
    assert elements(body) <= _ELEMENTS
    assert not re.search(rb"[\x00-\x08]", zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml"))
