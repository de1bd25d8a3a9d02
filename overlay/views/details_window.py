"""Details window: the state of everything, every request word for word, where the time went."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from bus.messages import RequestSent
from overlay import theme
from overlay.state.captions import Captions, StageState
from overlay.texts import sentences, strings
from overlay.views.waterfall_view import WaterfallView
from overlay.widgets.backing import Appearance
from overlay.widgets.documents import InertText

_STATES = {"starting": "◌", "ready": "●", "died": "○", "given up": "✕"}
"""Signs that differ without their colour."""


class DetailsWindow(QWidget):
    """An ordinary window, which takes the focus like any other, for the user asked for it.

    Args:
        appearance: What it draws with.
    """

    def __init__(self, appearance: Appearance) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self._appearance = appearance
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(strings.DETAILS_WINDOW)
        self.resize(620, 460)
        self.status = InertText(appearance, strings.STATUS, follows=False)
        self.sent = InertText(appearance, strings.LEDGER_TEXT)
        self.sent.setPlainText(strings.NOTHING_SENT)
        self.latency = WaterfallView(appearance)
        self.tabs = QTabWidget()
        for view, title in (
            (self.status, strings.STATUS),
            (self.sent, strings.LEDGER),
            (self.latency, strings.LATENCY),
        ):
            self.tabs.addTab(view, title)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs)
        self._drawn: list[RequestSent] = []

    def open(self, tab: QWidget, captions: Captions) -> None:
        """Show one of its tabs."""
        self.tabs.setCurrentWidget(tab)
        self.draw(captions)
        self.show()
        self.status.to_start()
        self.raise_()
        self.activateWindow()

    def draw(self, captions: Captions) -> None:
        """Draw the tabs."""
        self.status.show_html("".join(self._status(captions)))
        self.latency.draw(captions)
        requests = list(captions.egress.requests)
        if requests != self._drawn:
            self._drawn = requests
            self.sent.setPlainText("\n\n".join(sentences.sent_request(request) for request in requests))

    def _status(self, captions: Captions) -> Iterator[str]:
        yield _heading(strings.SOURCES)
        for source in captions.sources:
            yield _line(captions.level_text(source))
        yield _heading(strings.ANSWERS)
        for text in (captions.egress.provider_text, captions.egress.usage_text, str(captions.egress.total)):
            yield _line(text)
        if captions.final_latency_s is not None:
            yield _line(sentences.latency(captions.final_latency_s))
        yield _heading(strings.NOTES) if captions.notes else ""
        for name in captions.notes:
            yield _line(name)
        problems = captions.problems.current(captions.names)
        yield _heading(strings.PROBLEMS) if problems else ""
        for problem in problems:
            yield _line(problem.text)
        if QGuiApplication.platformName() == "wayland":
            yield _heading(strings.WINDOW)
            yield _line(strings.WAYLAND)
        yield _heading(strings.PROCESSES)
        for name, state in captions.stages.items():
            yield self._stage(name, state)

    def _stage(self, name: str, state: StageState) -> str:
        palette = self._appearance.palette
        colours = {"starting": palette.warn, "ready": palette.good}
        sign = f"<span style='color:{colours.get(state.state, palette.bad)}'>{_STATES[state.state]}</span>"
        words = escape(sentences.stage(name, state.state, state.restarts, state.detail))
        return f"<p style='margin:0 0 2px 0'>{sign} {words}{_faint(palette, state.sandbox)}</p>"


def _heading(text: str) -> str:
    return f"<p style='font-weight:600;margin:8px 0 4px 0'>{escape(text)}</p>"


def _line(text: str) -> str:
    return f"<p style='margin:0 0 2px 0'>{escape(text)}</p>" if text else ""


def _faint(palette: theme.Palette, text: str) -> str:
    return f"<br/><span style='color:{palette.faint}'>&nbsp;&nbsp;&nbsp;{escape(text)}</span>" if text else ""
