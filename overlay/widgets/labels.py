"""Labels for untrusted text: plain, with a backing, in a limited number of lines."""

from __future__ import annotations

import math
from html import escape
from itertools import pairwise

from PyQt6.QtCore import QEvent, QRectF, Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QPaintEvent, QResizeEvent, QTextLayout
from PyQt6.QtWidgets import QLabel, QSizePolicy

from overlay.widgets.backing import Appearance, paint_backing


class PlainLabel(QLabel):
    """Wrapped plain text, which screen readers read with what it is.

    Args:
        appearance: What it draws with.
        name: Its name in the style sheet.
        accessible_name: What it is, for screen readers; its name while it has no text.
    """

    def __init__(self, appearance: Appearance, name: str, accessible_name: str) -> None:
        super().__init__()
        self._appearance = appearance
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setAccessibleDescription(accessible_name)
        self.setWordWrap(True)

    def setText(self, text: str | None) -> None:  # noqa: N802  (Qt's name)
        """Show a text."""
        super().setText(text)
        self._name_after(text or "")

    def _name_after(self, text: str) -> None:
        name = text or self.accessibleDescription()
        if name != self.accessibleName():
            self.setAccessibleName(name)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the backing and the text."""
        if self.text():
            flags = int(self.alignment()) | (int(Qt.TextFlag.TextWordWrap) if self.wordWrap() else 0)
            rectangle = self.fontMetrics().boundingRect(self.contentsRect(), flags, self.text())
            paint_backing(self, self._appearance, [QRectF(rectangle)])
        super().paintEvent(event)


class ShortLabel(PlainLabel):
    """Plain text in a few lines at most; what does not fit ends in an ellipsis and is in the tooltip.

    Args:
        appearance: What it draws with.
        name: Its name in the style sheet.
        accessible_name: Its name for screen readers.
        lines: Most lines.
    """

    def __init__(self, appearance: Appearance, name: str, accessible_name: str, lines: int) -> None:
        super().__init__(appearance, name, accessible_name)
        self._lines, self._whole, self._reserves = lines, "", False
        self.setWordWrap(False)  # its lines are broken here
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def whole(self) -> str:
        """All of its text."""
        return self._whole

    def show_text(self, text: str, lines: int | None = None, *, reserves: bool = False) -> None:
        """Show a text.

        Args:
            text: The text.
            lines: Most lines from now on.
            reserves: Whether it is as high as that also with less text, so that nothing below moves.
        """
        wanted = (text, lines or self._lines, reserves)
        if wanted != (self._whole, self._lines, self._reserves):
            self._whole, self._lines, self._reserves = wanted
            self.fit()

    def fit(self) -> None:
        """Fit text and height to the present width and font."""
        shown, needed = _elided(self._whole, self.font(), self.width() - 2, self._lines)
        lines = self._lines if self._reserves else max(needed, 1)
        self.setFixedHeight(lines * math.ceil(QFontMetricsF(self.font()).lineSpacing()) + 2)
        super(PlainLabel, self).setText(shown)
        self._name_after(self._whole)
        is_whole = "".join(shown.split()) == "".join(self._whole.split())
        self.setToolTip("" if is_whole else f"<qt>{escape(self._whole)}</qt>")  # wraps

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Fit the text to another font."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange and hasattr(self, "_lines"):
            self.fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Fit the text to the new width."""
        super().resizeEvent(event)
        self.fit()


def _elided(text: str, font: QFont, width: float, most: int) -> tuple[str, int]:
    """Return the text with its line breaks, cut where it needs more lines, and the lines that it takes."""
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    layout.beginLayout()
    starts: list[int] = []
    while len(starts) <= most and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    lines = [text[start:stop].strip("\n ") for start, stop in pairwise([*starts, None])]
    if len(starts) <= most:
        return "\n".join(lines), len(lines)
    last = text[starts[most - 1] :].replace("\n", " ")
    cut = QFontMetricsF(font).elidedText(last, Qt.TextElideMode.ElideRight, width)
    return "\n".join([*lines[: most - 1], cut]), most
