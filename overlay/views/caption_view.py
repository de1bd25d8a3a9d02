"""Draws the transcript: a paragraph for each turn, newest at the bottom, unsettled words fainter."""

from __future__ import annotations

import re
from html import escape

from PyQt6.QtCore import QEvent

from bus.messages.control import MARKED
from overlay import theme
from overlay.state.captions import Captions
from overlay.state.paragraphs import Paragraph
from overlay.texts import strings
from overlay.widgets.backing import Appearance
from overlay.widgets.documents import InertText

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Hebrew, Arabic and other scripts that are written from right to left."""
_GAP_PX = 8
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
"""Between them, text has its own direction; after a Latin name its full stop would be at the wrong end."""


class CaptionView(InertText):
    """Draws the newest paragraphs of a `Captions`.

    Args:
        appearance: What it draws with.
        paragraphs: How many are shown.
        lines: Its height in lines; None for a pane that scrolls.
    """

    def __init__(self, appearance: Appearance, paragraphs: int, lines: int | None = None) -> None:
        super().__init__(appearance, strings.CAPTIONS, scrolls=lines is None, trims=lines is None)
        self._paragraphs, self._lines = paragraphs, lines
        self._drawn: object = None
        self.setMinimumHeight(48)

    def draw(self, captions: Captions) -> None:
        """Draw the paragraphs, if they have changed."""
        palette = self._appearance.palette
        shown = captions.paragraphs[-self._paragraphs :]
        drawn = shown, palette, dict(captions.names), bool(captions.sources)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        html = "".join(
            _html(each, captions, palette, _GAP_PX if self._lines is None else 0) for each in shown
        )
        before = strings.BEFORE_FIRST_QUESTION[captions.answer_mode] if captions.sources else strings.STARTING
        self.show_html(
            html or f"<p style='color:{palette.faint}'>{before}</p>",
            line_px=self._line_px if self._lines is not None else None,
        )
        self.trim()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Fit to another font."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange and hasattr(self, "_lines"):
            self.fit()

    def fit(self) -> None:
        """Take the height of the lines it shows, at the present font."""
        self._drawn = None
        if self._lines is not None:
            self.setFixedHeight(self._lines * self._line_px)

    @property
    def _line_px(self) -> int:
        return self.fontMetrics().lineSpacing() + 1


def _html(paragraph: Paragraph, captions: Captions, palette: theme.Palette, gap_px: int) -> str:
    spans = paragraph.spans()
    words = " ".join(
        escape(text) if settled else f"<span style='color:{palette.faint}'>{escape(text)}</span>"
        for text, settled in spans
    )
    more = "" if not spans or spans[-1][1] else f"<span style='color:{palette.faint}'>&nbsp;…</span>"
    if _RIGHT_TO_LEFT.search(paragraph.text):
        words, more = f"{_ISOLATE}{words}", f"{more}{_END_ISOLATE}"
    is_mark = paragraph.source == MARKED
    colour = palette.accent if is_mark else theme.speaker_colour(palette, paragraph.source, captions.sources)
    name = f"<span style='color:{colour};font-weight:600'>{escape(captions.name(paragraph.source))}</span>"
    return f"<p style='margin:0 0 {gap_px}px 0'>{name}&nbsp; {words}{more}</p>"
