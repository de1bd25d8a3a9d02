"""Reads the user's note files and folders as text.

.pdf and .docx files become Markdown; their readers are loaded when needed. Unreadable files and content that
was left out are remarks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bus.failures import InputFailure
from llm.notes.read.content import Content, Unreadable
from llm.notes.read.text_decoding import decoded

TEXT_SUFFIXES = frozenset({".md", ".markdown", ".txt", ".text", ".rst", ".org"})
SUFFIXES = TEXT_SUFFIXES | {".pdf", ".docx"}
"""Supported files."""

_DOCUMENT_SUFFIXES = frozenset((
    ".doc", ".docm", ".dotx", ".rtf", ".odt", ".pages", ".wps", ".tex", ".epub", ".html", ".htm", ".mht",
    ".ppt", ".pptx", ".odp", ".key", ".xls", ".xlsx", ".ods", ".numbers", ".csv",
))  # fmt: skip
"""Unsupported documents; those in a folder are named in a remark."""

MAX_TEXT_BYTES = 4 << 20
"""Limit of the text of a file."""

MAX_FILE_BYTES = 32 << 20
"""Limit of a .pdf or .docx file, which may contain images."""

MAX_FOLDER_FILES = 200

_MOST_NAMES = 4
"""Files that a remark names at most."""

_WIDEST_GAP = 40
_WIDE_GAP = re.compile(rf"[^\S\n]{{{_WIDEST_GAP + 1},}}")
"""Long runs of spaces, which make regular expressions slow."""

_OTHERS_ARE_READ = "the other notes are read"
_AS_SUPPORTED = "save it as .md, .txt, .pdf or .docx"


@dataclass(frozen=True)
class Note:
    """One file of notes."""

    name: str
    """The file's name, without its folder."""
    text: str


@dataclass(frozen=True)
class ReadNotes:
    """The notes, and remarks for the user."""

    notes: Sequence[Note]
    remarks: Sequence[InputFailure] = ()
    """Files and content that were left out or guessed; each is reported once."""


def read_notes(paths: Iterable[Path | str]) -> ReadNotes:
    """Return the notes in these files, each file once, in order.

    Args:
        paths: Files, or folders, of which all supported files are read, by name. An unreadable file in a
            folder is left out and remarked on.

    Raises:
        InputFailure: A named file cannot be read, or no file in a folder can be.
    """
    read = _Read()
    for path in (Path(path).expanduser() for path in paths):
        if path.is_dir():
            read.folder(path)
        else:
            read.file(path)
    return ReadNotes([*read.notes.values()], [*read.remarks, *read.content_remarks()])


class _Read:
    """The notes read so far, and remarks about them."""

    def __init__(self) -> None:
        self.notes: dict[Path, Note] = {}
        self.remarks: list[InputFailure] = []
        self._by_clause: dict[str, list[str]] = {}
        """Remarks about content, each with the names of its files."""

    def file(self, path: Path) -> None:
        """Read one file.

        Raises:
            InputFailure: It cannot be read.
        """
        if path in self.notes:
            return
        content = _read(path)
        self.notes[path] = Note(path.name, content.text)
        for clause in content.remarks:
            self._by_clause.setdefault(clause, []).append(path.name)

    def folder(self, folder: Path) -> None:
        """Read the supported files of a folder; unreadable ones become remarks.

        Raises:
            InputFailure: There is none, or none can be read.
        """
        entries = _entries(folder)
        files = [entry for entry in entries if entry.suffix.lower() in SUFFIXES and not entry.is_dir()]
        if not files:
            raise _unusable(folder, "it is a folder without .md, .txt, .pdf or .docx files", "name the files")
        if len(files) > MAX_FOLDER_FILES:
            raise _unusable(folder, f"it is a folder of {len(files)} files", "name the relevant ones")
        failures: list[tuple[Path, InputFailure]] = []
        for file in files:
            try:
                self.file(file)
            except InputFailure as failure:
                failures.append((file, failure))
        if len(failures) == len(files):
            raise failures[0][1]
        for _, unread in failures[:_MOST_NAMES]:
            self.remarks.append(InputFailure(unread.problem, kept=_OTHERS_ARE_READ, fix=unread.fix))
        if rest := [file.name for file, _ in failures[_MOST_NAMES:]]:
            problem = f"notes {folder}: {_named(rest)} cannot be read either"
            self.remarks.append(InputFailure(problem, kept=_OTHERS_ARE_READ, fix="name one to see why"))
        self.remarks += _unread(folder, entries)

    def content_remarks(self) -> Iterator[InputFailure]:
        """Yield the remarks about content; files with the same remark are named together."""
        for clause, names in self._by_clause.items():
            yield InputFailure(f"notes {_named(names)}: {clause}", kept="the rest is read")


def _entries(folder: Path) -> list[Path]:
    """Return the entries of a folder without hidden files and Word's "~$name.docx" lock files."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "~$")))
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error), "check the path and its permissions") from error


def _unread(folder: Path, entries: Sequence[Path]) -> Iterator[InputFailure]:
    """Yield remarks about documents and folders in a folder that are not read."""
    documents = [entry.name for entry in entries if entry.suffix.lower() in _DOCUMENT_SUFFIXES]
    if documents:
        problem = f"notes {folder}: {_named(documents)} cannot be read"
        yield InputFailure(problem, kept=_OTHERS_ARE_READ, fix="save them as .md, .txt, .pdf or .docx")
    folders = [f"{entry.name}/" for entry in entries if entry.is_dir()]
    if folders:
        problem = f"notes {folder}: the folders in it are not read ({_named(folders)})"
        yield InputFailure(problem, kept="the files in it are read", fix="name the relevant ones")


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _read(path: Path) -> Content:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _unusable(path, f"{path.suffix or 'a file without suffix'} is not supported", _AS_SUPPORTED)
    limit = MAX_TEXT_BYTES if suffix in TEXT_SUFFIXES else MAX_FILE_BYTES
    body = _body(path, limit)
    if not body.strip():
        raise _unusable(path, "it is empty", "add text to it, or leave it out")
    try:
        content = _content(suffix, body)
    except Unreadable as unreadable:
        raise _unusable(path, unreadable.reason, unreadable.fix) from unreadable
    text = _WIDE_GAP.sub(" " * _WIDEST_GAP, content.text)
    if not text.strip():
        raise _unusable(path, "it is empty", "add text to it, or leave it out")
    if len(text) > MAX_TEXT_BYTES:
        raise _too_large(path, MAX_TEXT_BYTES, "its text ")
    return Content(text, content.remarks)


def _body(path: Path, limit: int) -> bytes:
    try:
        if not path.is_file():  # opening a pipe would block
            path.stat()
            raise _unusable(path, "it is not a regular file", "name a file")
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error), "check the path and its permissions") from error
    if len(body) > limit:
        raise _too_large(path, limit, "it ")
    return body


def _content(suffix: str, body: bytes) -> Content:
    if suffix == ".docx":
        from llm.notes.read.docx_text import read_docx

        return read_docx(body)
    if suffix == ".pdf":
        from llm.notes.read.pdf_text import read_pdf

        return read_pdf(body)
    return decoded(body)


def _too_large(path: Path, limit: int, subject: str) -> InputFailure:
    return _unusable(path, f"{subject}is larger than {limit >> 20} MiB", "use the relevant part")


def _unusable(path: Path, reason: str, fix: str) -> InputFailure:
    return InputFailure(f"notes {path} cannot be read: {reason}", kept="nothing was started", fix=fix)
