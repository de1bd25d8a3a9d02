"""Draws where the time of the newest answers went, as a waterfall of labelled bars."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel

from overlay.state.captions import Captions
from overlay.state.waterfall import Step
from overlay.texts import sentences, strings
from overlay.widgets.backing import Appearance, leading

_LABEL_PX, _TIME_PX, _BAR_PX = 200, 70, 10


class WaterfallView(QLabel):
    """Draws the steps of the newest answer, from the last spoken sample on.

    Args:
        appearance: What it draws with.
    """

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._appearance = appearance
        self._question, self.steps = "", [Step("", 0, 0)][:0]

    def draw(self, captions: Captions) -> None:
        """Draw the newest exchange."""
        current = captions.current
        steps = captions.waterfalls.steps(current.question) if current else []
        if steps != self.steps:
            self._question, self.steps = current.text if current else "", steps
            self.setAccessibleName(strings.LATENCY)
            self.setAccessibleDescription(
                ". ".join(sentences.step(each.name, each.stop_ms) for each in steps)
            )
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the rows."""
        painter = QPainter(self)
        palette = self._appearance.palette
        row = self.fontMetrics().height() + 8
        painter.setPen(QColor(palette.text))
        title = self._question if self.steps else strings.NO_LATENCY
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(QRectF(0, 4, self.width(), row), middle, title)
        whole_ms = max((each.stop_ms for each in self.steps), default=1.0) or 1.0
        scale = max(self.width() - _LABEL_PX - _TIME_PX, 20) / whole_ms
        for number, step in enumerate(self.steps, 1):
            y = 8 + number * row
            painter.setPen(QColor(palette.text))
            painter.drawText(leading(self, 0, _LABEL_PX, y, row), middle, strings.STEPS[step.name])
            width = max((step.stop_ms - step.start_ms) * scale, 2)
            bar = leading(self, _LABEL_PX + step.start_ms * scale, width, y + (row - _BAR_PX) / 2, _BAR_PX)
            painter.fillRect(bar, QColor(palette.accent))
            painter.setPen(QColor(palette.faint))
            took = sentences.milliseconds(step.stop_ms - step.start_ms)
            place = leading(self, self.width() - _TIME_PX, _TIME_PX - 4, y, row)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing, took)
        painter.end()
