"""The foot of the window: levels, how the processes do, what left the machine, what went wrong."""

from __future__ import annotations

from html import escape

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from overlay import theme
from overlay.state.captions import Captions, StageState
from overlay.views.provider_menu import ProviderMenu
from overlay.widgets.buttons import button
from overlay.widgets.documents import plain_label

_QUIETEST_DBFS = -60.0
_PROBLEMS_SHOWN = 2
_MARGIN_PX = 4


class LevelMeter(QWidget):
    """A thin bar: how loud a source is.

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
        share = min(max(1.0 - level_dbfs / _QUIETEST_DBFS, 0.0), 1.0)
        if abs(share - self._share) > 0.02:
            self._share = share
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for width, colour in ((1.0, QColor(theme.LINE)), (self._share, self._colour)):
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(0, 0, self.width() * width, self.height()), 3, 3)
        painter.end()


class StatusView(QWidget):
    """Draws what a `Captions` knows about the session itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._meters: dict[str, LevelMeter] = {}
        self.stages = QLabel()
        self.stages.setObjectName("faint")
        self.stages.setWordWrap(True)
        self.stages.setAccessibleName("State of the processes")
        self.problems = plain_label("problem", "Problems")
        self.ledger = button("", "ledger", "What left this machine; press to see it word for word")
        self.latency = plain_label("faint", "How long after speech its words came")
        self.latency.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.provider = ProviderMenu()
        self._levels = QHBoxLayout()
        self._levels.setSpacing(8)
        self._levels.addWidget(self.latency, stretch=1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN_PX, 0, _MARGIN_PX, 0)
        layout.setSpacing(5)
        layout.addWidget(self.problems)
        layout.addLayout(self._levels)
        layout.addWidget(self.stages)
        layout.addWidget(self.provider)
        layout.addWidget(self.ledger)

    def draw(self, captions: Captions) -> None:
        """Show the state as it is now."""
        for source in captions.sources:
            if source not in self._meters:
                self._add_meter(source, theme.speaker_colour(source, captions.sources))
            self._meters[source].set_level(captions.levels_dbfs.get(source, _QUIETEST_DBFS))
        self.stages.setText(_health(captions))
        self.stages.setToolTip("<br/>".join(_told(name, state) for name, state in captions.stages.items()))
        self.problems.setText("\n".join(list(captions.problems)[-_PROBLEMS_SHOWN:]))
        self.problems.setToolTip("<br/>".join(escape(problem) for problem in captions.problems))
        self.problems.setVisible(bool(captions.problems))
        latency = captions.final_latency_s
        self.latency.setText("" if latency is None else f"last words after {latency:.2f} s")
        self.provider.draw(captions)
        self._draw_ledger(captions)

    def _draw_ledger(self, captions: Captions) -> None:
        if self.ledger.property("left") != bool(captions.egress.left.requests):
            self.ledger.setProperty("left", bool(captions.egress.left.requests))
            self.ledger.setStyleSheet("")  # the sheet looks at properties anew
        self.ledger.setToolTip(f"{captions.egress.left}. Press to see it word for word.")
        room = self.width() - _MARGIN_PX * 3
        metrics = self.ledger.fontMetrics()
        self.ledger.setText(metrics.elidedText(str(captions.egress.left), Qt.TextElideMode.ElideRight, room))

    def _add_meter(self, source: str, colour: str) -> None:
        label = QLabel(source)
        label.setObjectName("faint")
        self._meters[source] = LevelMeter(source, colour)
        at = self._levels.count() - 1  # the latency stays last
        self._levels.insertWidget(at, label)
        self._levels.insertWidget(at + 1, self._meters[source])


def _health(captions: Captions) -> str:
    """Name the processes that need a word; all of them in one when they are well."""
    worth_a_word = {
        name: state for name, state in captions.stages.items() if state.state != "ready" or state.restarts
    }
    well = len(captions.stages) - len(worth_a_word)
    dots = [_dot(name, state) for name, state in worth_a_word.items()]
    if well:
        others = "processes" if not dots else "others"
        dots.append(
            f"<span style='color:{theme.STATES['ready']}'>●</span>&nbsp;{well}&nbsp;{others}&nbsp;well"
        )
    return " &nbsp;".join(dots)


def _dot(name: str, state: StageState) -> str:
    restarts = f"&nbsp;×{state.restarts}" if state.restarts else ""
    return f"<span style='color:{theme.STATES[state.state]}'>●</span>&nbsp;{escape(name)}{restarts}"


def _told(name: str, state: StageState) -> str:
    return escape(", ".join(filter(None, (f"{name}: {state.state}", state.detail, state.sandbox))))
