"""Names the kind of a file without audio, by its first bytes."""

from __future__ import annotations

from pathlib import Path

_HEAD_BYTES = 512
_KINDS = (
    (b"%PDF", "it is a PDF document"),
    (b"\x89PNG", "it is a PNG image"),
    (b"\xff\xd8\xff", "it is a JPEG image"),
    (b"GIF8", "it is a GIF image"),
    (b"PK\x03\x04", "it is a zip archive or an office document"),
    (b"\x1f\x8b", "it is a gzip archive"),
    (b"7z\xbc\xaf", "it is a 7z archive"),
    (b"Rar!", "it is a rar archive"),
    (b"MThd", "it is a MIDI file, which has notes and no audio"),
    (b"#EXTM3U", "it is a playlist; use one of the files it lists"),
    (b"[playlist]", "it is a playlist; use one of the files it lists"),
    (b"\x7fELF", "it is a program"),
    (b"MZ", "it is a program"),
    (b"SQLite format 3", "it is a database"),
)


def kind_of_file(path: Path) -> str:
    """Return the kind of a file, as a clause for a message; empty when it is unknown."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return ""
    for magic, kind in _KINDS:
        if head.startswith(magic):
            return kind
    if not any(head):
        return "its beginning is all zeros"
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "it is a web page"
    if _is_text(head):
        return "it is text"
    return ""


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\r\n\t\ufeff" for character in text)
