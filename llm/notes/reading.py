"""The user's notes as text: which files can be read, and what is wrong with those that cannot.

Knows files and encodings; what is inside a .pdf or a .docx others know, and they are loaded when one comes.
Knows nothing of passages or questions. Notes of .pdf and .docx files come as Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bus.failures import InputFailure
from llm.notes.unreadable import Unreadable

TEXT_SUFFIXES = frozenset({".md", ".markdown", ".txt", ".text"})
SUFFIXES = TEXT_SUFFIXES | {".pdf", ".docx"}
"""What can be read."""

MAX_TEXT_BYTES = 4 << 20
"""Notes are kept whole; text beyond this is something else."""

MAX_FILE_BYTES = 32 << 20
"""A .pdf or .docx may have pictures, which are not read."""

MAX_FOLDER_FILES = 200

_WIDEST_GAP = 40
_WIDE_GAP = re.compile(rf"[^\S\n]{{{_WIDEST_GAP + 1},}}")
"""Blanks that say nothing; whoever looks for lines of a shape would try every way to share them out."""


@dataclass(frozen=True)
class Note:
    """One file of notes."""

    name: str
    """The file's name, without its directory."""
    text: str


def read_notes(paths: Iterable[Path | str]) -> list[Note]:
    """Return the notes in these files, each file once, in order.

    Args:
        paths: Files, or folders: of a folder, the files in it that can be notes, by name.

    Raises:
        InputFailure: One of them cannot be read, is too large, or has no text.
    """
    files = (file for path in paths for file in _files(Path(path).expanduser()))
    return [Note(path.name, _read(path)) for path in dict.fromkeys(files)]


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    try:
        found = sorted(file for file in path.iterdir() if _may_be_notes(file))
    except OSError as error:
        raise _unusable(path, error.strerror or str(error), "check the path and its permissions") from error
    if not found:
        raise _unusable(path, "it is a folder without .md, .txt, .pdf or .docx files", "name the files")
    if len(found) > MAX_FOLDER_FILES:
        raise _unusable(path, f"it is a folder of {len(found)} files", "name those that matter")
    yield from found


def _may_be_notes(file: Path) -> bool:
    # Word keeps a file "~$name.docx" beside one that is open.
    return file.suffix.lower() in SUFFIXES and not file.name.startswith((".", "~$")) and file.is_file()


def _read(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _unusable(
            path,
            f"{path.suffix or 'a file without suffix'} is not supported",
            "save it as .md, .txt, .pdf or .docx",
        )
    limit = MAX_TEXT_BYTES if suffix in TEXT_SUFFIXES else MAX_FILE_BYTES
    body = _body(path, limit)
    if not body.strip():
        raise _unusable(path, "it is empty", "write something into it, or leave it out")
    try:
        text = _text(suffix, body)
    except Unreadable as refused:
        raise _unusable(path, refused.why, refused.todo) from refused
    text = _WIDE_GAP.sub(" " * _WIDEST_GAP, text)
    if not text.strip():
        raise _unusable(path, "it is empty", "write something into it, or leave it out")
    if len(text) > MAX_TEXT_BYTES:
        raise _too_large(path, MAX_TEXT_BYTES, "its text ")
    return text


def _body(path: Path, limit: int) -> bytes:
    try:
        if not path.is_file():  # opening a pipe would wait for somebody to write
            path.stat()
            raise _unusable(path, "it is no file", "name a file")
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error), "check the path and its permissions") from error
    if len(body) > limit:
        raise _too_large(path, limit, "it ")
    return body


def _text(suffix: str, body: bytes) -> str:
    if suffix == ".docx":
        from llm.notes.docx_text import docx_text

        return docx_text(body)
    if suffix == ".pdf":
        from llm.notes.pdf_lines import read_lines
        from llm.notes.pdf_text import markdown

        return markdown(read_lines(body))
    return _decoded(body)


def _decoded(body: bytes) -> str:
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if body.startswith((b"%PDF-", b"PK\x03\x04")):
        kind = ".pdf" if body.startswith(b"%") else ".docx"
        raise Unreadable("it is no text", f"if it is a {kind} file, give it that suffix")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("it is not UTF-8 text", "save it as UTF-8") from error
    if "\0" in text:
        raise Unreadable("it is no text", "save it as .md or .txt")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _too_large(path: Path, limit: int, what: str) -> InputFailure:
    return _unusable(path, f"{what}is larger than {limit >> 20} MiB", "give the part that matters")


def _unusable(path: Path, why: str, todo: str) -> InputFailure:
    return InputFailure(f"notes {path} cannot be read: {why}", kept="nothing was started", todo=todo)
