"""Paints a backing behind text where the window's own ground is translucent."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QMargins, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QWidget

from overlay.theme import PALETTES, Palette, Sizes, backing_opacity

_PADDING_X_PX, _PADDING_Y_PX = 4, 1
_RADIUS_PX = 4
_WINDOW_RADIUS_PX = 8


class Appearance:
    """The palette, opacity and text sizes that all widgets of the window draw with; changed in one place."""

    def __init__(self) -> None:
        self.palette: Palette = PALETTES["dark"]
        self.opacity = 1.0
        self.sizes = Sizes(15)


def paint_ground(window: QWidget, appearance: Appearance) -> None:
    """Paint the ground of a window and its border."""
    ground = QColor(appearance.palette.ground)
    ground.setAlphaF(appearance.opacity)
    painter = QPainter(window)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(ground)
    painter.setPen(QColor(appearance.palette.line))
    place = QRectF(window.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(place, _WINDOW_RADIUS_PX, _WINDOW_RADIUS_PX)
    painter.end()


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


def leading(widget: QWidget, start: float, width: float, y: float = 0.0, height: float = 0.0) -> QRectF:
    """Return a rectangle at a distance from the side where lines begin, which depends on the language.

    Args:
        widget: What it is in.
        start: Its distance from that side.
        width: Its width.
        y: Its upper edge.
        height: Its height; 0 for the whole widget's.
    """
    x = widget.width() - start - width if _is_mirrored(widget) else start
    return QRectF(x, y, width, height or widget.height())


def indented(widget: QWidget, start: int, above: int = 0) -> QMargins:
    """Return margins with this indent at the side where lines begin, and this much above and below."""
    left, right = (0, start) if _is_mirrored(widget) else (start, 0)
    return QMargins(left, above, right, above)


def _is_mirrored(widget: QWidget) -> bool:
    return widget.layoutDirection() == Qt.LayoutDirection.RightToLeft
