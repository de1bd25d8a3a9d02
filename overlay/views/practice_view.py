"""Draws a practice: the question, the current step, remarks on the answers."""

from __future__ import annotations

from html import escape

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from overlay.state.practice import Practice
from overlay.texts import strings
from overlay.widgets.backing import Appearance
from overlay.widgets.documents import InertText
from overlay.widgets.labels import PlainLabel, ShortLabel

_MIN_HEIGHT_PX = 56
_QUESTION_LINES = 2


class PracticeView(QWidget):
    """Draws the state of a practice; hidden in other sessions.

    Args:
        appearance: What it draws with.
    """

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._drawn = ""
        self.question = ShortLabel(appearance, "question", strings.PRACTICE_QUESTION, _QUESTION_LINES)
        self.state = PlainLabel(appearance, "faint", strings.PRACTICE_STATE)
        self.remarks = InertText(appearance, strings.PRACTICE_REMARKS, follows=False)
        self.remarks.setMinimumHeight(_MIN_HEIGHT_PX)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for part in (self.question, self.state, self.remarks):
            layout.addWidget(part, stretch=1 if part is self.remarks else 0)
        layout.addStretch(0)  # the state stays below its question
        self.hide()

    def draw(self, practice: Practice) -> None:
        """Draw the practice."""
        self.setVisible(bool(practice.heading))
        self.question.show_text(practice.heading)
        state = strings.PRACTICE_CLOSE if practice.ended is not None else practice.state
        self.state.setText(state)
        self.state.setVisible(bool(state))
        self.remarks.setVisible(bool(practice.sections))
        html = "".join(self._section(title, lines) for title, lines in practice.sections)
        if html != self._drawn:
            self._drawn = html
            self.remarks.show_html(html)
            self.remarks.to_start()

    def _section(self, title: str, lines: list[str]) -> str:
        faint = self._appearance.palette.faint
        heading = f"<p style='color:{faint};margin:0 0 5px 0'>{escape(title)}</p>"
        return heading + "".join(f"<p style='margin:0 0 5px 0'>{escape(line)}</p>" for line in lines)
