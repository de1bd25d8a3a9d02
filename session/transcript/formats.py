"""Formats of a saved session, by suffix: Markdown, HTML, captions (SRT, WebVTT) and JSON. Pure."""

from __future__ import annotations

from collections.abc import Callable

from session.transcript.cues import srt, vtt
from session.transcript.markdown import markdown
from session.transcript.saved_session import SavedSession, encode
from session.transcript.web_page import web_page

FORMATS: dict[str, Callable[[SavedSession], str]] = {
    ".md": markdown,
    ".html": web_page,
    ".json": encode,
    ".srt": srt,
    ".vtt": vtt,
}

LABELS = {
    ".md": "Markdown",
    ".html": "Web page",
    ".json": "JSON, which Cuecard can open again",
    ".srt": "Captions, SubRip",
    ".vtt": "Captions, WebVTT",
}
"""The formats in words."""
