"""Formats of a saved session, by the suffix of its file; each can be encrypted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from overlay.texts.translation import _
from session import encryption
from session.transcript.formats.cues import srt, vtt
from session.transcript.formats.markdown import markdown
from session.transcript.formats.web_page import web_page
from session.transcript.formats.word_document import word_document
from session.transcript.saved_session import SavedSession, encode

FORMATS: dict[str, Callable[[SavedSession], bytes]] = {
    ".md": lambda saved: markdown(saved).encode(),
    ".html": lambda saved: web_page(saved).encode(),
    ".docx": word_document,
    ".json": lambda saved: encode(saved).encode(),
    ".srt": lambda saved: srt(saved).encode(),
    ".vtt": lambda saved: vtt(saved).encode(),
}

LABELS = {
    ".md": "Markdown",
    ".html": _("Web page"),
    ".docx": _("Word document"),
    ".json": _("JSON, which Cuecard can open again"),
    ".srt": _("Captions, SubRip"),
    ".vtt": _("Captions, WebVTT"),
}
"""The formats in words."""


def format_of(path: Path) -> str:
    """Return the suffix of a file's format, ".md" for "talk.md.age"; empty if it is no known one."""
    suffix = (path.with_suffix("") if encryption.is_encrypted(path) else path).suffix.lower()
    return suffix if suffix in FORMATS else ""


def file_body(saved: SavedSession, path: Path, passphrase: str = "") -> bytes:
    """Return the bytes of a file of this name.

    Args:
        saved: The session.
        path: A name with a known format.
        passphrase: Encrypts it, if the name ends in .age.
    """
    body = FORMATS[format_of(path)](saved)
    return encryption.encrypt(body, passphrase) if encryption.is_encrypted(path) else body
