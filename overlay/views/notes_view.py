"""Draws the notes on a question: the user's own answer, or the best passages."""

from __future__ import annotations

from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from bus.messages import Passage
from overlay.state.exchange import Exchange
from overlay.texts import strings
from overlay.widgets.backing import Appearance, indented, leading
from overlay.widgets.labels import ShortLabel

_RULE_PX = 2
_INDENT_PX = 10
_PASSAGE_LINES, _OWN_ANSWER_LINES, _FULL_LINES = 2, 7, 9


class NotesView(QWidget):
    """Draws a quiet block with a rule at its left; its height depends on the exchange, not on its text.

    Args:
        appearance: What it draws with.
    """

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.origin = ShortLabel(appearance, "faint", strings.NOTES_ORIGIN, lines=1)
        self.text = ShortLabel(appearance, "passage", strings.FROM_NOTES, lines=_PASSAGE_LINES)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(indented(self, _INDENT_PX))
        layout.setSpacing(0)
        layout.addWidget(self.origin)
        layout.addWidget(self.text)
        self.hide()

    def draw(self, exchange: Exchange, *, has_notes: bool, full: bool) -> None:
        """Draw the passages of an exchange.

        Args:
            exchange: The question.
            has_notes: Whether the session has notes; without them nothing is shown.
            full: Whether there is room for all passages.
        """
        own, passages = exchange.prepared, exchange.passages
        is_feedback = exchange.source == "practice"
        self.setVisible((has_notes and not is_feedback) or bool(own or passages))
        if own is not None:
            self.origin.show_text(f"{strings.OWN_ANSWER} · {_name(own.file)} · {own.question}")
            self.text.show_text(own.text, _OWN_ANSWER_LINES)
        elif passages:
            self.origin.show_text(f"{_name(passages[0].file)} · {passages[0].heading}")
            self.text.show_text(
                _words(passages, full=full), _FULL_LINES if full else _PASSAGE_LINES, reserves=not full
            )
        else:
            self.origin.show_text(strings.NOTHING_IN_NOTES if exchange.searched else strings.SEARCHING_NOTES)
            self.text.show_text("", _PASSAGE_LINES, reserves=True)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Draw the rule."""
        painter = QPainter(self)
        rule = leading(self, 0, _RULE_PX)
        painter.fillRect(rule, QColor(self._appearance.palette.line))
        painter.end()


def _words(passages: list[Passage], *, full: bool) -> str:
    first, *others = passages
    if not full:
        return " ".join(first.text.split())
    more = (f"{_name(each.file)} · {each.heading}: {' '.join(each.text.split())}" for each in others)
    return "\n".join([" ".join(first.text.split()), *more])


def _name(file: str) -> str:
    return file.rpartition("/")[2]
