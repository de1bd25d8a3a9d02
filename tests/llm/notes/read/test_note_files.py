"""Tests of note files and folders: order, remarks, errors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.failures import InputFailure
from llm.notes.read.note_files import MAX_FILE_BYTES, MAX_TEXT_BYTES, Note, read_notes
from tests.llm.notes.read.written_files import docx, paragraph, pdf

DATA = Path(__file__).parents[3] / "data" / "notes"
CASES = DATA.parent / "notes_cases"


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
def test_text_is_read_in_common_encodings(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.md").write_bytes(body)
    assert read_notes([tmp_path / "a.md"]).notes == [Note("a.md", "Äpfel\n")]


def test_files_are_read_in_order_and_once(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md"):
        (tmp_path / name).write_text(name)
    names = [
        note.name
        for note in read_notes([tmp_path / "b.txt", tmp_path / "a.md", str(tmp_path / "b.txt")]).notes
    ]
    assert names == ["b.txt", "a.md"]


def test_no_notes_are_accepted() -> None:
    assert read_notes([]).notes == []


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("a.md", b"", "empty"),
        ("a.md", b" \n\t\n", "empty"),
        ("a.txt", bytes(range(128, 256)) * 4, "not text in a known encoding"),
        ("a.txt", b"\xff\x00\xfe\x80 caf\xe9", "not text"),
        ("a.txt", b"abc\x00def", "not text"),
        ("a.pdf", b"%PDF-1.7", "it is damaged"),
        ("a.pdf", b"just words", "not a .pdf file"),
        ("a.pdf", pdf([[]]), "only images"),
        ("a.pdf", (DATA / "unreadable" / "locked.pdf").read_bytes(), "password"),
        ("a.docx", b"PK", "damaged, or not a .docx"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password, or from Word before 2007"),
        ("a.docx", docx("<w:p>"), "it is damaged"),
        ("a.docx", docx(""), "it is empty"),
        ("a.docx", docx(" " * (25 << 20)), "unpacks to far more"),
        ("a.txt", pdf([[("hello", 12, 50, 700)]]), "it is not text"),
        ("a.md", docx(paragraph("hello")), "it is not text"),
        ("a.doc", b"text", ".doc is not supported"),
        ("notes", b"text", "without suffix"),
        ("a.md", b"x" * (MAX_TEXT_BYTES + 1), "larger than 4 MiB"),
        ("a.pdf", bytes(MAX_FILE_BYTES + 1), "larger than 32 MiB"),
    ],
)
def test_unreadable_file_is_refused_by_name(tmp_path: Path, name: str, body: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(InputFailure, match=reason) as refused:
        read_notes([tmp_path / name])
    assert name in refused.value.problem
    assert refused.value.fix


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFailure, match="No such file"):
        read_notes([tmp_path / "a.md"])


def test_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(InputFailure, match="it is not a regular file"):
        read_notes([tmp_path / "a.md"])


def test_folder_gives_all_its_notes(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", ".hidden.md", "~$open.docx", "photo.jpg"):
        (tmp_path / name).write_text(name)
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.md").write_text("c")
    assert [note.name for note in read_notes([tmp_path / "b.txt", tmp_path]).notes] == ["b.txt", "a.md"]


def test_folder_without_notes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"")
    with pytest.raises(InputFailure, match="folder without"):
        read_notes([tmp_path])


def test_documents_become_markdown() -> None:
    notes = {note.name: note.text for note in read_notes([DATA]).notes}
    assert "## How accurate are the sensors?" in notes["faq.docx"]
    assert "Fleet | 14 pounds a month for each vehicle | From eleven" in notes["faq.docx"]
    assert "- they bill by reading" in notes["faq.docx"]
    assert "## Why a pilot" in notes["project_report.pdf"]
    assert "Salads | 34 % | 19 %" in notes["project_report.pdf"]


def test_parsers_are_loaded_only_when_needed() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, llm.notes.search; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert not {"charset_normalizer", "pypdfium2", "onnxruntime"} & set(loaded)


def remarks_of(path: Path) -> list[str]:
    return [str(remark) for remark in read_notes([path]).remarks]


def test_unreadable_file_in_a_folder_is_remarked_on(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Apples.")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "c.txt").write_bytes(bytes(range(256)))
    (tmp_path / "d.docx").write_bytes(b"{\\rtf1 hello}")
    (tmp_path / "e.md").touch()
    (tmp_path / "f.md").symlink_to(tmp_path / "f.md")
    (tmp_path / "g.md").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "h.md")
    read = read_notes([tmp_path])
    assert [note.name for note in read.notes] == ["a.md"]
    whats = [remark.problem for remark in read.remarks]
    assert [what for name in "bcde" for what in whats if f"/{name}." in what] == whats[:4]
    assert "f.md, g.md, h.md cannot be read either" in whats[4]
    assert all(remark.kept == "the other notes are read" for remark in read.remarks)


def test_folder_without_readable_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(InputFailure, match=r"b\.pdf cannot be read: it is damaged"):
        read_notes([tmp_path])


def test_files_with_the_same_problem_share_a_remark(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"a{number:02}.txt").write_bytes("café, in Windows-1252".encode("cp1252"))
        (tmp_path / f"b{number:02}.pdf").write_bytes(b"%PDF-1.7")
    *single, others, encoding = remarks_of(tmp_path)
    assert len(single) == 4
    assert "b04.pdf, b05.pdf, b06.pdf, b07.pdf and 12 more cannot be read either" in others
    assert "a00.txt, a01.txt, a02.txt, a03.txt and 16 more: it is not UTF-8" in encoding


def test_unread_documents_and_folders_are_named(tmp_path: Path) -> None:
    for name in ("a.md", "old.doc", "slides.pptx", "photo.jpg", ".hidden.odt"):
        (tmp_path / name).write_text("text")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    documents, folders = remarks_of(tmp_path)
    assert "old.doc, slides.pptx cannot be read" in documents
    assert "the folders in it are not read (deeper/, loop/)" in folders


def test_pages_without_text_are_named() -> None:
    (remark,) = remarks_of(CASES / "halfscan.pdf")
    assert "halfscan.pdf: page 2 of 2 has no text: it is probably a scan" in remark


@pytest.mark.parametrize(
    ("name", "remark"), [("cp1252.txt", "Windows-1252"), ("onebad.txt", "1 undecodable byte")]
)
def test_text_in_other_encodings_is_read_with_a_remark(name: str, remark: str) -> None:
    read = read_notes([CASES / name])
    assert "# Résumé — José" in read.notes[0].text
    assert "saved €40k" in read.notes[0].text
    assert remark in read.remarks[0].problem
