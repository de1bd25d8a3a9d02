"""Draws an exchange: the question, passages of the notes, and the answer."""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from overlay import strings
from overlay.state.captions import Captions
from overlay.state.exchange import Exchange
from overlay.views.held_view import HeldView
from overlay.views.notes_view import NotesView
from overlay.widgets.controls import button
from overlay.widgets.documents import InertText, plain_label

_MIN_HEIGHT_PX = 56


class AnswerView(QFrame):
    """Draws the newest exchange, or an earlier one that the user went back to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._captions = Captions()
        self._newest = 0
        self._chosen: int | None = None
        """Number of the question the user went back to."""
        self._drawn: tuple[int, str] = (0, "")
        self.question = plain_label("question", strings.QUESTION)
        self.previous = plain_label("faint", strings.PREVIOUS_QUESTION)
        self.notes = NotesView()
        self.held = HeldView()
        # An answer arrives faster than it can be read: a view that followed its end would hide its start.
        self.answer = InertText(strings.ANSWER, follows=False)
        self.answer.setMinimumHeight(_MIN_HEIGHT_PX)
        self.remark = plain_label("faint", strings.ANSWER_STATE)
        self._count = QLabel()
        self._count.setObjectName("faint")
        self.earlier = button("‹", "bare", strings.EARLIER_QUESTION)
        self.later = button("›", "bare", strings.LATER_QUESTION)
        self.earlier.clicked.connect(lambda: self._show_other(-1))
        self.later.clicked.connect(lambda: self._show_other(1))
        self._build()

    def draw(self, captions: Captions) -> None:
        """Draw the current exchange; a new question replaces an earlier one that is shown."""
        self._captions = captions
        newest = captions.current
        if newest is None:
            is_practice = captions.answer_mode == "feedback"
            self.question.setText(strings.NO_FEEDBACK_YET if is_practice else strings.NO_QUESTION_YET)
            self.answer.setPlainText(strings.BEFORE_FIRST_QUESTION[captions.answer_mode])
            return
        if newest.question != self._newest:
            self._newest, self._chosen = newest.question, None
        self._draw_exchange(self._current(newest))

    def _current(self, newest: Exchange) -> Exchange:
        return next((each for each in self._captions.exchanges if each.question == self._chosen), newest)

    def _draw_exchange(self, exchange: Exchange) -> None:
        self.question.setText(exchange.text)
        self.previous.setText(f"after: {exchange.previous}")
        self.previous.setVisible(bool(exchange.previous))
        self.notes.draw(exchange.passages, exchange.prepared)
        self.held.draw(exchange.held)
        self.answer.setVisible(exchange.held is None)
        self.remark.setText(_remark(exchange, answers=self._captions.answer_mode != "off"))
        if self._drawn != (exchange.question, exchange.answer):
            is_other = self._drawn[0] != exchange.question
            self._drawn = (exchange.question, exchange.answer)
            self.answer.show_markdown(exchange.answer)
            if is_other:
                self.answer.to_start()
        self._draw_navigation(exchange)

    def _draw_navigation(self, exchange: Exchange) -> None:
        numbers = [each.question for each in self._captions.exchanges]
        at = numbers.index(exchange.question)
        self.earlier.setEnabled(at > 0)
        self.later.setEnabled(at < len(numbers) - 1)
        for part in (self._count, self.earlier, self.later):
            part.setVisible(len(numbers) > 1)
        self._count.setText(f"{at + 1} of {len(numbers)}")

    def _show_other(self, step: int) -> None:
        newest = self._captions.current
        if newest is None:
            return
        numbers = [each.question for each in self._captions.exchanges]
        at = numbers.index(self._current(newest).question) + step
        self._chosen = numbers[min(max(at, 0), len(numbers) - 1)]
        self.draw(self._captions)

    def _build(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.remark, stretch=1)
        navigation: tuple[QLabel | QPushButton, ...] = (self.earlier, self._count, self.later)
        for part in navigation:
            part.hide()
            foot.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 10)
        layout.setSpacing(8)
        layout.addWidget(self.question)
        layout.addWidget(self.previous)
        self.previous.hide()
        layout.addWidget(self.notes, stretch=1)
        layout.addWidget(self.held, stretch=2)
        layout.addWidget(self.answer, stretch=2)
        layout.addLayout(foot)


def _remark(exchange: Exchange, *, answers: bool) -> str:
    """Return what is shown under an answer: its source, state and latency."""
    if exchange.state == "waiting":
        state = strings.REQUESTING if answers else ""
    elif exchange.state == "stopped" and not exchange.remark:
        state = strings.ONLY_NOTES
    else:
        state = f"{strings.STATES[exchange.state]}{exchange.remark}"
    general = strings.GENERAL_KNOWLEDGE if exchange.general and exchange.answer else ""
    latency = "" if exchange.first_token_s is None else strings.first_word(exchange.first_token_s)
    return " · ".join(filter(None, (general, state, latency)))
