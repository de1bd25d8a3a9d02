"""The foot of the window: levels, how the processes do, what left the machine, what went wrong."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from overlay import theme
from overlay.captions import Captions, StageState

_QUIETEST_DBFS = -60.0


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
        self._levels = QHBoxLayout()
        self._levels.setSpacing(8)
        self._stages = QLabel()
        self._stages.setObjectName("faint")
        self._stages.setWordWrap(True)
        self._stages.setAccessibleName("State of the processes")
        self._problems = QLabel()
        self._problems.setObjectName("problem")
        self._problems.setWordWrap(True)
        self._problems.setAccessibleName("Problems")
        self.ledger = QPushButton()
        self.ledger.setObjectName("ledger")
        self.ledger.setAccessibleName("What left this machine; press to see it word for word")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 0)
        layout.setSpacing(5)
        for part in (self._problems, self._stages, self.ledger):
            layout.addWidget(part)
        layout.insertLayout(1, self._levels)

    def draw(self, captions: Captions) -> None:
        """Show the state as it is now."""
        for source in captions.sources:
            if source not in self._meters:
                self._add_meter(source, theme.speaker_colour(source, captions.sources))
            self._meters[source].set_level(captions.levels_dbfs.get(source, _QUIETEST_DBFS))
        self._stages.setText(" ".join(_dot(name, state) for name, state in captions.stages.items()))
        self._stages.setToolTip("\n".join(_told(name, state) for name, state in captions.stages.items()))
        self._problems.setText("\n".join(captions.problems))
        self._problems.setVisible(bool(captions.problems))
        latency = captions.final_latency_s
        words = "" if latency is None else f"   ·   last words after {latency:.2f} s"
        self.ledger.setText(f"{captions.left_machine}{words}")

    def _add_meter(self, source: str, colour: str) -> None:
        if self._meters:
            self._levels.takeAt(self._levels.count() - 1)  # the stretch; it goes last again
        label = QLabel(source)
        label.setObjectName("faint")
        self._meters[source] = LevelMeter(source, colour)
        self._levels.addWidget(label)
        self._levels.addWidget(self._meters[source])
        self._levels.addStretch(1)


def _dot(name: str, state: StageState) -> str:
    restarts = f"&nbsp;×{state.restarts}" if state.restarts else ""
    return f"<span style='color:{theme.STATES[state.state]}'>●</span>&nbsp;{name}{restarts}&nbsp;"


def _told(name: str, state: StageState) -> str:
    return ", ".join(filter(None, (f"{name}: {state.state}", state.detail, state.sandbox)))
