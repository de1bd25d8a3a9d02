from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import InputFailure
from llm.notes import MAX_BYTES, Note, read_notes


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
        ("a.pdf", b"%PDF-1.7", ".pdf is not supported"),
        ("a.docx", b"PK", ".docx is not supported"),
        ("notes", b"text", "without suffix"),
        ("a.md", b"x" * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str, body: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(InputFailure, match=why) as refused:
        read_notes([tmp_path / name])
    assert name in refused.value.what
    assert refused.value.todo


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFailure, match="No such file"):
        read_notes([tmp_path / "a.md"])
    with pytest.raises(InputFailure, match="directory"):
        read_notes([tmp_path])
