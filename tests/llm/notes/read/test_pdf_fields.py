"""Tests of form fields and annotations of .pdf files."""

from __future__ import annotations

from llm.notes.read.pdf_text import read_pdf
from tests.llm.notes.read.written_files import pdf

BODY = "Text of this page that is long enough not to be a scan."


def annotated(annotations: str, catalog: str = "") -> bytes:
    body = pdf([[("Name:", 10, 50, 700), (BODY, 10, 50, 650)]])
    body = body.replace(b"/Type /Page /Parent", f"/Annots [{annotations}] /Type /Page /Parent".encode())
    return body.replace(b"/Type /Catalog", f"/Type /Catalog {catalog}".encode())


def test_form_fields_are_beside_their_labels() -> None:
    field = "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada Lovelace) /Rect [120 698 300 712] >>"
    text = read_pdf(annotated(field, "/AcroForm << /Fields [] /DA (/F1 10 Tf) >>")).text
    assert "Name: | Ada Lovelace" in text


def test_text_boxes_of_annotations_are_read_in_place() -> None:
    typed = "<< /Type /Annot /Subtype /FreeText /Rect [50 670 300 682] /Contents (Typed onto it.) >>"
    text = read_pdf(annotated(typed)).text
    assert text.index("Name:") < text.index("Typed onto it.") < text.index(BODY)


def test_comments_are_left_out_with_a_remark() -> None:
    note = "<< /Type /Annot /Subtype /Text /Rect [50 670 60 680] /Contents (check this) >>"
    content = read_pdf(annotated(note))
    assert "check this" not in content.text
    assert content.remarks == ("its comments are left out",)
