from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.failures import InputFailure
from llm.notes.reading import MAX_FILE_BYTES, MAX_TEXT_BYTES, Note, read_notes
from tests.llm.notes.written_files import docx, paragraph, pdf

DATA = Path(__file__).parents[2] / "data" / "notes"


@pytest.mark.parametrize(
    "body",
    [
        "Äpfel\n".encode(),
        "\ufeffÄpfel\n".encode(),
        "Äpfel\n".encode("utf-16"),
        "Äpfel\r\n".encode(),
        "Äpfel\r".encode(),
    ],
)
def test_text_is_read_in_the_encodings_editors_write(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.md").write_bytes(body)
    assert read_notes([tmp_path / "a.md"]) == [Note("a.md", "Äpfel\n")]


def test_files_come_in_order_and_once(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md"):
        (tmp_path / name).write_text(name)
    names = [
        note.name for note in read_notes([tmp_path / "b.txt", tmp_path / "a.md", str(tmp_path / "b.txt")])
    ]
    assert names == ["b.txt", "a.md"]


def test_no_notes_are_no_failure() -> None:
    assert read_notes([]) == []


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("a.md", b"", "empty"),
        ("a.md", b" \n\t\n", "empty"),
        ("a.txt", b"\xff\x00\xfe\x80 caf\xe9", "not UTF-8"),
        ("a.txt", b"abc\x00def", "no text"),
        ("a.pdf", b"%PDF-1.7", "it is damaged"),
        ("a.pdf", b"just words", "no .pdf file"),
        ("a.pdf", pdf([[]]), "only pictures"),
        ("a.pdf", (DATA / "unreadable" / "locked.pdf").read_bytes(), "password"),
        ("a.docx", b"PK", "damaged, or no .docx"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password, or of a Word before 2007"),
        ("a.docx", docx("<w:p>"), "it is damaged"),
        ("a.docx", docx(""), "it is empty"),
        ("a.docx", docx("", {"word/media/x.xml": b" " * (25 << 20)}), "unpacks to far more"),
        ("a.txt", pdf([[("hello", 12, 50, 700)]]), "it is no text"),
        ("a.md", docx(paragraph("hello")), "it is no text"),
        ("a.doc", b"text", ".doc is not supported"),
        ("notes", b"text", "without suffix"),
        ("a.md", b"x" * (MAX_TEXT_BYTES + 1), "larger than 4 MiB"),
        ("a.pdf", bytes(MAX_FILE_BYTES + 1), "larger than 32 MiB"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str, body: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(InputFailure, match=why) as refused:
        read_notes([tmp_path / name])
    assert name in refused.value.what
    assert refused.value.todo


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFailure, match="No such file"):
        read_notes([tmp_path / "a.md"])


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(InputFailure, match="it is no file"):
        read_notes([tmp_path / "a.md"])


def test_a_folder_stands_for_the_notes_in_it(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", ".hidden.md", "~$open.docx", "photo.jpg"):
        (tmp_path / name).write_text(name)
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.md").write_text("c")
    assert [note.name for note in read_notes([tmp_path / "b.txt", tmp_path])] == ["b.txt", "a.md"]


def test_a_folder_without_notes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"")
    with pytest.raises(InputFailure, match="folder without"):
        read_notes([tmp_path])


def test_documents_come_as_markdown() -> None:
    notes = {note.name: note.text for note in read_notes([DATA])}
    assert "## How accurate are the sensors?" in notes["faq.docx"]
    assert "Fleet | 14 pounds a month for each vehicle | From eleven" in notes["faq.docx"]
    assert "- they bill by reading" in notes["faq.docx"]
    assert "## Why a pilot" in notes["project_report.pdf"]
    assert "Salads | 34 % | 19 %" in notes["project_report.pdf"]


def test_parsers_are_loaded_when_a_document_comes() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import llm.notes.reading, llm.notes.search, sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert not {"mammoth", "pypdfium2", "onnxruntime"} & set(loaded)
