"""The practice question, whose turn it is, and what the last answer came to."""

from __future__ import annotations

from html import escape

from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget

from overlay import theme
from overlay.state.practice import Practice
from overlay.widgets.documents import InertText, plain_label

_FLATTEST_PX = 56
_OVER = "Close this window to end the session; until then the microphone stays open."


class PracticeView(QFrame):
    """Draws a `Practice`; hidden until something is asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._drawn = ""
        self.question = plain_label("question", "The practice question")
        self.state = plain_label("faint", "Whose turn it is")
        self.remarks = InertText("What your answer came to", follows=False)
        self.remarks.setMinimumHeight(_FLATTEST_PX)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 10)
        layout.setSpacing(8)
        for part in (self.question, self.state, self.remarks):
            layout.addWidget(part)
        self.hide()

    def draw(self, practice: Practice) -> None:
        """Show the practice as it stands now."""
        self.setVisible(bool(practice.heading))
        self.question.setText(practice.heading)
        state = _OVER if practice.ended is not None else practice.state
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
