"""Paints a backing behind text where the window's own ground is translucent."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QWidget

from overlay.theme import PALETTES, Palette, Sizes, backing_opacity

_PADDING_X_PX, _PADDING_Y_PX = 4, 1
_RADIUS_PX = 4


class Appearance:
    """The palette, opacity and text sizes that all widgets of the window draw with; changed in one place."""

    def __init__(self) -> None:
        self.palette: Palette = PALETTES["dark"]
        self.opacity = 1.0
        self.sizes = Sizes(15)


def paint_backing(widget: QWidget, appearance: Appearance, rectangles: Iterable[QRectF]) -> None:
    """Paint the ground behind these rectangles of a widget, as opaque as text on it needs."""
    alpha = backing_opacity(appearance.opacity)
    if not alpha:
        return
    colour = QColor(appearance.palette.ground)
    colour.setAlphaF(alpha)
    painter = QPainter(widget)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for rectangle in rectangles:
        painter.drawRoundedRect(
            rectangle.adjusted(-_PADDING_X_PX, -_PADDING_Y_PX, _PADDING_X_PX, _PADDING_Y_PX),
            _RADIUS_PX,
            _RADIUS_PX,
        )
    painter.end()
