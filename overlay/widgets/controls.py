"""Small controls: buttons, the level dot of a source, a size grip."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QLabel, QPushButton, QSizeGrip, QSizePolicy, QWidget

from overlay.state.levels import Alarm
from overlay.texts import strings
from overlay.widgets.backing import Appearance, leading, paint_backing

QUIETEST_DBFS = -60.0
"""Level at which a dot is empty."""

_DOT_PX = 10
_NAME_GAP_PX = 6
_GRIP_SIDE_PX = 14
_GRIP_DOTS = ((11, 3), (7, 7), (11, 7), (3, 11), (7, 11), (11, 11))


def button(text: str, name: str, accessible_name: str) -> QPushButton:
    """Return a button.

    Args:
        text: Its label.
        name: Its name in the style sheet.
        accessible_name: Text for screen readers and the tooltip.
    """
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(accessible_name)
    made.setToolTip(accessible_name)
    made.setAutoDefault(False)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard where it is
    return made


class LevelDot(QLabel):
    """Shows a source: a ring that fills with its level, and its name; "!" and its colour for an alarm.

    Args:
        appearance: What it draws with.
    """

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._name, self._colour, self._share = "", QColor(), 0.0
        self._alarm: Alarm | None = None
        self._speaks = self._paused = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def draw(
        self,
        name: str,
        colour: str,
        level_dbfs: float,
        *,
        speaks: bool,
        alarm: Alarm | None,
        paused: bool,
        words: str,
        state: str,
    ) -> None:
        """Draw a level.

        Args:
            name: Display name of the source.
            colour: Its colour.
            level_dbfs: Its level; silence is an empty ring.
            speaks: Whether speech is detected.
            alarm: What is wrong with it.
            paused: Whether the user paused it; a bar is drawn in the ring.
            words: The same in words.
            state: The same without the level, for screen readers.
        """
        share = round(min(max(1.0 - level_dbfs / QUIETEST_DBFS, 0.0), 1.0) * 8) / 8
        if words != self.toolTip():
            self.setToolTip(words)
        if state != self.accessibleName():
            self.setAccessibleName(state)
        if (name, share, speaks, alarm, colour, paused) != self._state():
            self._name, self._share, self._speaks, self._alarm = name, share, speaks, alarm
            self._paused = paused
            self._colour = QColor(colour)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Return the size of dot and name."""
        bold = self.font()
        bold.setBold(True)  # as while its speaker speaks
        metrics = QFontMetrics(bold)
        return QSize(_DOT_PX + 2 * _NAME_GAP_PX + metrics.horizontalAdvance(self._name), metrics.height() + 4)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the dot and the name."""
        paint_backing(self, self._appearance, [QRectF(self.rect()).adjusted(3, 1, -3, -1)])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = leading(self, 2, _DOT_PX).center()
        painter.setPen(QPen(self._colour, 1.5))
        painter.drawEllipse(centre, _DOT_PX / 2, _DOT_PX / 2)
        painter.setBrush(self._colour)
        if self._paused:
            painter.fillRect(QRectF(centre.x() - 3, centre.y() - 1, 6, 2), self._colour)
        elif self._alarm is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(centre, self._share * _DOT_PX / 2, self._share * _DOT_PX / 2)
        font = painter.font()
        font.setBold(self._speaks)
        painter.setFont(font)
        painter.setPen(self._colour)
        if self._alarm is not None and not self._paused:
            painter.drawText(QRectF(centre.x() - 5, 0, 10, self.height()), Qt.AlignmentFlag.AlignCenter, "!")
        start = _DOT_PX + _NAME_GAP_PX + 2
        room = leading(self, start, self.width() - start)
        shown = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, round(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, shown)
        painter.end()

    def _state(self) -> tuple[str, float, bool, Alarm | None, str, bool]:
        return self._name, self._share, self._speaks, self._alarm, self._colour.name(), self._paused


class SizeGrip(QSizeGrip):
    """Resizes the window it is in; drawn as a triangle of dots.

    Args:
        parent: The window.
        appearance: What it draws with.
    """

    def __init__(self, parent: QWidget, appearance: Appearance) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setFixedSize(_GRIP_SIDE_PX, _GRIP_SIDE_PX)
        self.setAccessibleName(strings.RESIZE)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._appearance.palette.line))
        for x, y in _GRIP_DOTS:
            painter.drawEllipse(QPointF(x, y), 1.1, 1.1)
        painter.end()
