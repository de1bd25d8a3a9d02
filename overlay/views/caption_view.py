"""Draws the transcript, newest line at the bottom, unstable words fainter."""

from __future__ import annotations

import re
from html import escape

from PyQt6.QtWidgets import QWidget

from overlay import strings, theme
from overlay.state.captions import Captions, Line
from overlay.widgets.documents import InertText

_LINES_SHOWN = 40
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Hebrew, Arabic and other scripts that are written from right to left."""
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
"""Between them, text has its own direction; after a Latin name its full stop would be at the wrong end."""


class CaptionView(InertText):
    """Draws the newest lines of a `Captions`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(strings.CAPTIONS, parent)
        self.setMinimumHeight(48)
        self._drawn: str | None = None

    def draw(self, captions: Captions) -> None:
        """Draw the lines, if they have changed."""
        lines = [*captions.lines[-_LINES_SHOWN:], *captions.partials]
        html = "".join(_paragraph(line, captions.sources) for line in lines)
        if html == self._drawn:
            return
        self._drawn = html
        self.show_html(html or f"<p style='color:{theme.FAINT}'>{strings.NO_SPEECH_YET}</p>")


def _paragraph(line: Line, sources: list[str]) -> str:
    stable, unstable = (escape(part) for part in line.parts())
    colour = theme.speaker_colour(line.source, sources)
    tail = f" <span style='color:{theme.FAINT}'>{unstable}</span>" if unstable else ""
    if _RIGHT_TO_LEFT.search(line.text):
        stable, tail = f"{_ISOLATE}{stable}", f"{tail}{_END_ISOLATE}"
    name = f"<span style='color:{colour};font-weight:600'>{escape(line.source)}</span>"
    return f"<p style='margin:0 0 7px 0'>{name}&nbsp; {stable}{tail}</p>"
