"""Draws one sentence that needs attention: a problem, or the question whether to end."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from overlay.state.problems import Problem
from overlay.texts import sentences, strings
from overlay.widgets.backing import Appearance, indented, leading
from overlay.widgets.controls import button
from overlay.widgets.labels import ShortLabel

_EDGE_PX, _INDENT_PX = 3, 10


class NoticeView(QWidget):
    """Draws a sentence with a coloured edge, and buttons; hidden while there is nothing to say.

    Args:
        appearance: What it draws with.
    """

    end_decided = pyqtSignal(bool)
    """The user confirmed the end of the session, or took it back."""

    summary_requested = pyqtSignal()
    """The user wants a summary before the session ends."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._problems: list[Problem] = []
        self._dismissed: set[Problem] = set()
        self.asks_end = self._can_summarize = False
        self.text = ShortLabel(appearance, "problem", strings.PROBLEMS, lines=2)
        self.dismiss = button(strings.DISMISS, "bare", strings.DISMISS_HINT)
        self.end = button(strings.END, "answer", strings.END_SESSION)
        self.summary = button(strings.SUMMARY_FIRST, "answer", strings.SUMMARY_FIRST_HINT)
        self.go_on = button(strings.CONTINUE_SESSION, "answer", strings.CONTINUE_SESSION)
        self.dismiss.clicked.connect(self._dismiss)
        self.end.clicked.connect(lambda: self._decide(end=True))
        self.summary.clicked.connect(self.summary_requested)
        self.go_on.clicked.connect(lambda: self._decide(end=False))
        row = QHBoxLayout()
        row.addWidget(self.text, stretch=1)
        for part in (self.dismiss, self.end, self.summary, self.go_on):
            row.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(indented(self, _INDENT_PX, 2))
        layout.addLayout(row)
        self._show()

    def draw(self, problems: list[Problem]) -> None:
        """Draw the first problem that was not dismissed; one that has left may come back later."""
        self._dismissed &= {*problems}
        self._problems = [problem for problem in problems if problem not in self._dismissed]
        self._show()

    def ask_end(self, *, can_summarize: bool) -> None:
        """Ask whether the session is to end.

        Args:
            can_summarize: Offer a summary before that.
        """
        self.asks_end, self._can_summarize = True, can_summarize
        self._show()
        self.end.setFocus()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the edge."""
        palette = self._appearance.palette
        is_grave = bool(self._problems) and self._problems[0].is_grave
        colour = palette.accent if self.asks_end else palette.bad if is_grave else palette.warn
        painter = QPainter(self)
        painter.fillRect(leading(self, 0, _EDGE_PX), QColor(colour))
        painter.end()

    def _show(self) -> None:
        others = len(self._problems) - 1
        if self.asks_end:
            self.text.show_text(strings.END_QUESTION)
        elif self._problems:
            self.text.show_text(sentences.with_others(self._problems[0].text, others))
        self.dismiss.setVisible(not self.asks_end)
        self.end.setVisible(self.asks_end)
        self.summary.setVisible(self.asks_end and self._can_summarize)
        self.go_on.setVisible(self.asks_end)
        self.setVisible(self.asks_end or bool(self._problems))
        self.update()

    def _dismiss(self) -> None:
        self._dismissed |= {*self._problems[:1]}
        self.draw(self._problems)

    def _decide(self, *, end: bool) -> None:
        self.asks_end = False
        self._show()
        self.end_decided.emit(end)
