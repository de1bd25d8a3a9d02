"""The corner by which the window is resized, with dots to be seen by."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizeGrip, QWidget

from overlay import theme

_SIDE_PX = 16
_DOTS = ((12, 4), (8, 8), (12, 8), (4, 12), (8, 12), (12, 12))


class SizeGrip(QSizeGrip):
    """Resizes the window it is in."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(_SIDE_PX, _SIDE_PX)
        self.setAccessibleName("Resize this window")

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw a triangle of dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.FAINT))
        for x, y in _DOTS:
            painter.drawEllipse(QPointF(x, y), 1.1, 1.1)
        painter.end()
