"""Draws the status area: levels, processes, problems, and what left the machine."""

from __future__ import annotations

from html import escape

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from overlay import strings, theme
from overlay.state.captions import Captions, StageState
from overlay.views.provider_menu import ProviderMenu
from overlay.widgets.controls import QUIETEST_DBFS, LevelMeter, button
from overlay.widgets.documents import plain_label

_PROBLEMS_SHOWN = 2
_MARGIN_PX = 4


class StatusView(QWidget):
    """Draws the state of the session itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._meters: dict[str, LevelMeter] = {}
        self.stages = QLabel()
        self.stages.setObjectName("faint")
        self.stages.setWordWrap(True)
        self.stages.setAccessibleName(strings.PROCESSES)
        self.problems = plain_label("problem", strings.PROBLEMS)
        self.ledger = button("", "ledger", strings.OPEN_LEDGER)
        self.latency = plain_label("faint", strings.LATENCY)
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
        """Draw the status."""
        for source in captions.sources:
            if source not in self._meters:
                self._add_meter(source, theme.speaker_colour(source, captions.sources))
            self._meters[source].set_level(captions.levels_dbfs.get(source, QUIETEST_DBFS))
        self.stages.setText(_health_text(captions))
        self.stages.setToolTip(
            "<br/>".join(_stage_details(name, state) for name, state in captions.stages.items())
        )
        self.problems.setText("\n".join(list(captions.problems)[-_PROBLEMS_SHOWN:]))
        self.problems.setToolTip("<br/>".join(escape(problem) for problem in captions.problems))
        self.problems.setVisible(bool(captions.problems))
        latency = captions.final_latency_s
        self.latency.setText("" if latency is None else strings.latency(latency))
        self.provider.draw(captions)
        self._draw_ledger(captions)

    def _draw_ledger(self, captions: Captions) -> None:
        if self.ledger.property("left") != bool(captions.egress.total.requests):
            self.ledger.setProperty("left", bool(captions.egress.total.requests))
            self.ledger.setStyleSheet("")  # evaluates the style sheet's property selectors
        self.ledger.setToolTip(f"{captions.egress.total}. Press to see it word for word.")
        room = self.width() - _MARGIN_PX * 3
        metrics = self.ledger.fontMetrics()
        self.ledger.setText(metrics.elidedText(str(captions.egress.total), Qt.TextElideMode.ElideRight, room))

    def _add_meter(self, source: str, colour: str) -> None:
        label = QLabel(source)
        label.setObjectName("faint")
        self._meters[source] = LevelMeter(source, colour)
        at = self._levels.count() - 1  # the latency stays last
        self._levels.insertWidget(at, label)
        self._levels.insertWidget(at + 1, self._meters[source])


def _health_text(captions: Captions) -> str:
    """Return the processes that are not ready or were restarted, and a count of the others."""
    noteworthy = {
        name: state for name, state in captions.stages.items() if state.state != "ready" or state.restarts
    }
    ready = len(captions.stages) - len(noteworthy)
    dots = [_dot(name, state) for name, state in noteworthy.items()]
    if ready:
        others = "processes" if not dots else "others"
        dots.append(
            f"<span style='color:{theme.STATES['ready']}'>●</span>&nbsp;{ready}&nbsp;{others}&nbsp;ready"
        )
    return " &nbsp;".join(dots)


def _dot(name: str, state: StageState) -> str:
    restarts = f"&nbsp;×{state.restarts}" if state.restarts else ""
    return f"<span style='color:{theme.STATES[state.state]}'>●</span>&nbsp;{escape(name)}{restarts}"


def _stage_details(name: str, state: StageState) -> str:
    return escape(", ".join(filter(None, (f"{name}: {state.state}", state.detail, state.sandbox))))
