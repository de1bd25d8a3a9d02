"""Reads the user's notes as text: which files can be read, what is wrong with others, and what was left out.

Knows files and folders; the formats are read by modules that are loaded when one comes. Knows nothing of
passages or questions. Notes of .pdf and .docx files come as Markdown.
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
"""What can be read."""

_DOCUMENT_SUFFIXES = frozenset(
    (
        *(
            ".doc",
            ".docm",
            ".dotx",
            ".rtf",
            ".odt",
            ".pages",
            ".wps",
            ".tex",
            ".epub",
            ".html",
            ".htm",
            ".mht",
        ),
        *(".ppt", ".pptx", ".odp", ".key", ".xls", ".xlsx", ".ods", ".numbers", ".csv"),
    )
)
"""What people keep notes in that cannot be read; in a folder such files are named."""

MAX_TEXT_BYTES = 4 << 20
"""Notes are kept whole; text beyond this is something else."""

MAX_FILE_BYTES = 32 << 20
"""A .pdf or .docx may have pictures, which are not read."""

MAX_FOLDER_FILES = 200

_MOST_NAMES = 4
"""A remark names so many files."""

_WIDEST_GAP = 40
_WIDE_GAP = re.compile(rf"[^\S\n]{{{_WIDEST_GAP + 1},}}")
"""Blanks that say nothing; whoever looks for lines of a shape would try every way to share them out."""

_OTHERS_ARE_READ = "the other notes are read"
_AS_SUPPORTED = "save it as .md, .txt, .pdf or .docx"


@dataclass(frozen=True)
class Note:
    """One file of notes."""

    name: str
    """The file's name, without its directory."""
    text: str


@dataclass(frozen=True)
class ReadNotes:
    """The notes, and what the user must know about them."""

    notes: Sequence[Note]
    remarks: Sequence[InputFailure] = ()
    """Files that were left out, and parts that were left out or guessed; each is to be reported once."""


def read_notes(paths: Iterable[Path | str]) -> ReadNotes:
    """Return the notes in these files, each file once, in order.

    Args:
        paths: Files, or folders: of a folder, the files in it that can be notes, by name. A file of a folder
            that cannot be read is left out and is a remark.

    Raises:
        InputFailure: A file that was named cannot be read, or nothing in a folder can be.
    """
    read = _Read()
    for path in (Path(path).expanduser() for path in paths):
        if path.is_dir():
            read.folder(path)
        else:
            read.file(path)
    return ReadNotes([*read.notes.values()], [*read.remarks, *read.about_content()])


class _Read:
    """What was read so far, and what is to be said about it."""

    def __init__(self) -> None:
        self.notes: dict[Path, Note] = {}
        self.remarks: list[InputFailure] = []
        self._by_clause: dict[str, list[str]] = {}
        """What was left out of files or guessed, with the names of the files."""

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
        """Read the files of a folder that can be notes; those that cannot be read are remarks.

        Raises:
            InputFailure: There is none, or none of them can be read.
        """
        entries = _entries(folder)
        files = [entry for entry in entries if entry.suffix.lower() in SUFFIXES and not entry.is_dir()]
        if not files:
            raise _unusable(folder, "it is a folder without .md, .txt, .pdf or .docx files", "name the files")
        if len(files) > MAX_FOLDER_FILES:
            raise _unusable(folder, f"it is a folder of {len(files)} files", "name those that matter")
        failures: list[tuple[Path, InputFailure]] = []
        for file in files:
            try:
                self.file(file)
            except InputFailure as failure:
                failures.append((file, failure))
        if len(failures) == len(files):
            raise failures[0][1]
        for _, met in failures[:_MOST_NAMES]:
            self.remarks.append(InputFailure(met.problem, kept=_OTHERS_ARE_READ, fix=met.fix))
        if rest := [file.name for file, _ in failures[_MOST_NAMES:]]:
            what = f"notes {folder}: {_named(rest)} cannot be read either"
            self.remarks.append(InputFailure(what, kept=_OTHERS_ARE_READ, fix="name one to see why"))
        self.remarks += _passed_over(folder, entries)

    def about_content(self) -> Iterator[InputFailure]:
        """Yield what was left out of files or guessed; files of which the same is true are named together."""
        for clause, names in self._by_clause.items():
            yield InputFailure(f"notes {_named(names)}: {clause}", kept="the rest is read")


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder, without hidden files; Word keeps "~$name.docx" beside one that is open."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "~$")))
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error), "check the path and its permissions") from error


def _passed_over(folder: Path, entries: Sequence[Path]) -> Iterator[InputFailure]:
    """Yield what in a folder may hold notes too and is not read."""
    documents = [entry.name for entry in entries if entry.suffix.lower() in _DOCUMENT_SUFFIXES]
    if documents:
        what = f"notes {folder}: {_named(documents)} cannot be read"
        yield InputFailure(what, kept=_OTHERS_ARE_READ, fix="save them as .md, .txt, .pdf or .docx")
    folders = [f"{entry.name}/" for entry in entries if entry.is_dir()]
    if folders:
        what = f"notes {folder}: the folders in it are not read ({_named(folders)})"
        yield InputFailure(what, kept="the files in it are read", fix="name those that matter")


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
        raise _unusable(path, "it is empty", "write something into it, or leave it out")
    try:
        content = _content(suffix, body)
    except Unreadable as refused:
        raise _unusable(path, refused.why, refused.fix) from refused
    text = _WIDE_GAP.sub(" " * _WIDEST_GAP, content.text)
    if not text.strip():
        raise _unusable(path, "it is empty", "write something into it, or leave it out")
    if len(text) > MAX_TEXT_BYTES:
        raise _too_large(path, MAX_TEXT_BYTES, "its text ")
    return Content(text, content.remarks)


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


def _content(suffix: str, body: bytes) -> Content:
    if suffix == ".docx":
        from llm.notes.read.docx_text import read_docx

        return read_docx(body)
    if suffix == ".pdf":
        from llm.notes.read.pdf_text import read_pdf

        return read_pdf(body)
    return decoded(body)


def _too_large(path: Path, limit: int, what: str) -> InputFailure:
    return _unusable(path, f"{what}is larger than {limit >> 20} MiB", "give the part that matters")


def _unusable(path: Path, why: str, fix: str) -> InputFailure:
    return InputFailure(f"notes {path} cannot be read: {why}", kept="nothing was started", fix=fix)
