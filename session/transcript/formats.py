"""Formats of a saved session, by suffix: Markdown, HTML, captions (SRT, WebVTT) and JSON. Pure."""

from __future__ import annotations

from collections.abc import Callable

from overlay.translation import _
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
    ".html": _("Web page"),
    ".json": _("JSON, which Cuecard can open again"),
    ".srt": _("Captions, SubRip"),
    ".vtt": _("Captions, WebVTT"),
}
"""The formats in words."""
