"""The user's notes as text: which files can be read, and what is wrong with those that cannot.

Knows files and encodings; knows nothing of passages or questions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bus.failures import InputFailure

SUFFIXES = frozenset({".md", ".markdown", ".txt", ".text"})
"""What can be read."""

MAX_BYTES = 4 << 20
"""Notes are read whole; a file beyond this is something else."""


@dataclass(frozen=True)
class Note:
    """One file of notes."""

    name: str
    """The file's name, without its directory."""
    text: str


def read_notes(paths: Iterable[Path | str]) -> list[Note]:
    """Return the notes in these files, each file once, in order.

    Raises:
        InputFailure: One of them cannot be read, is too large, or is no text.
    """
    unique = dict.fromkeys(Path(path).expanduser() for path in paths)
    return [Note(path.name, _read(path)) for path in unique]


def _read(path: Path) -> str:
    if path.is_dir():
        raise _unusable(path, "it is a directory", "name the files, as in --notes a.md --notes b.txt")
    if path.suffix.lower() not in SUFFIXES:
        raise _unusable(
            path, f"{path.suffix or 'a file without suffix'} is not supported", "save it as .md or .txt"
        )
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error), "check the path and its permissions") from error
    if len(body) > MAX_BYTES:
        raise _unusable(path, f"it is larger than {MAX_BYTES >> 20} MiB", "give the part that matters")
    text = _decoded(body, path)
    if not text.strip():
        raise _unusable(path, "it is empty", "write something into it, or leave it out")
    return text


def _decoded(body: bytes, path: Path) -> str:
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unusable(path, "it is not UTF-8 text", "save it as UTF-8") from error
    if "\0" in text:
        raise _unusable(path, "it is no text", "save it as .md or .txt")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unusable(path: Path, why: str, todo: str) -> InputFailure:
    return InputFailure(f"notes {path} cannot be read: {why}", kept="nothing was started", todo=todo)
