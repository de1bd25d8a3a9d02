"""Small controls: a button that takes no focus, a level meter, a size grip."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QPushButton, QSizeGrip, QWidget

from overlay import strings, theme

QUIETEST_DBFS = -60.0
"""Level at which a meter is empty."""

_GRIP_SIDE_PX = 16
_GRIP_DOTS = ((12, 4), (8, 8), (12, 8), (4, 12), (8, 12), (12, 12))


def button(text: str, name: str, accessible_name: str) -> QPushButton:
    """Return a button that never takes the focus.

    Args:
        text: Its label.
        name: Its name in the style sheet.
        accessible_name: Text for screen readers and the tooltip.
    """
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(accessible_name)
    made.setToolTip(accessible_name)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made


class LevelMeter(QWidget):
    """Shows the level of a source as a thin bar.

    Args:
        source: Its name.
        colour: Its colour.
    """

    def __init__(self, source: str, colour: str) -> None:
        super().__init__()
        self._colour = QColor(colour)
        self._share = 0.0
        self.setFixedSize(64, 6)
        self.setAccessibleName(f"Level of {source}")

    def set_level(self, level_dbfs: float) -> None:
        """Show a level; silence is an empty bar."""
        share = min(max(1.0 - level_dbfs / QUIETEST_DBFS, 0.0), 1.0)
        if abs(share - self._share) > 0.02:
            self._share = share
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the bar."""
        painter = _painter(self)
        for width, colour in ((1.0, QColor(theme.LINE)), (self._share, self._colour)):
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(0, 0, self.width() * width, self.height()), 3, 3)
        painter.end()


class SizeGrip(QSizeGrip):
    """Resizes the window it is in; drawn as a triangle of dots."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(_GRIP_SIDE_PX, _GRIP_SIDE_PX)
        self.setAccessibleName(strings.RESIZE)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the dots."""
        painter = _painter(self)
        painter.setBrush(QColor(theme.FAINT))
        for x, y in _GRIP_DOTS:
            painter.drawEllipse(QPointF(x, y), 1.1, 1.1)
        painter.end()


def _painter(widget: QWidget) -> QPainter:
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    return painter
