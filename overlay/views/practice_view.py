"""Draws a practice: the question, its state, and remarks on the answer."""

from __future__ import annotations

from html import escape

from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget

from overlay import strings, theme
from overlay.state.practice import Practice
from overlay.widgets.documents import InertText, plain_label

_MIN_HEIGHT_PX = 56


class PracticeView(QFrame):
    """Draws a `Practice`; hidden before the first question."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._drawn = ""
        self.question = plain_label("question", strings.PRACTICE_QUESTION)
        self.state = plain_label("faint", strings.PRACTICE_STATE)
        self.remarks = InertText(strings.PRACTICE_REMARKS, follows=False)
        self.remarks.setMinimumHeight(_MIN_HEIGHT_PX)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 10)
        layout.setSpacing(8)
        for part in (self.question, self.state, self.remarks):
            layout.addWidget(part)
        self.hide()

    def draw(self, practice: Practice) -> None:
        """Draw the practice."""
        self.setVisible(bool(practice.heading))
        self.question.setText(practice.heading)
        state = strings.PRACTICE_CLOSE if practice.ended is not None else practice.state
        self.state.setText(state)
        self.state.setVisible(bool(state))
        self.remarks.setVisible(bool(practice.sections))
        html = "".join(_section(title, lines) for title, lines in practice.sections)
        if html != self._drawn:
            self._drawn = html
            self.remarks.show_html(html)
            self.remarks.to_start()


def _section(title: str, lines: list[str]) -> str:
    heading = f"<p style='color:{theme.FAINT};margin:0 0 5px 0'>{escape(title)}</p>"
    return heading + "".join(f"<p style='margin:0 0 5px 0'>{escape(line)}</p>" for line in lines)
