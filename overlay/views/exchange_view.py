"""Draws an exchange in fixed zones: the question, the notes on it, the answer."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from overlay.state.answer_text import closed, shallow, split_headline
from overlay.state.captions import Captions
from overlay.state.exchange import Exchange
from overlay.texts import sentences, strings
from overlay.views.held_view import HeldView
from overlay.views.notes_view import NotesView
from overlay.widgets.backing import Appearance
from overlay.widgets.controls import button
from overlay.widgets.documents import InertText
from overlay.widgets.labels import PlainLabel, ShortLabel

_QUESTION_LINES = 2


class ExchangeView(QWidget):
    """Draws the newest exchange, or an earlier one that the user went back to.

    Args:
        appearance: What it draws with.
    """

    more_requested = pyqtSignal()
    """The user wants to see all of the answer."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._captions = Captions()
        self._newest = 0
        self._chosen: int | None = None
        """Number of the question the user went back to."""
        self._drawn: object = None
        self._full = False
        self.question = ShortLabel(appearance, "question", strings.QUESTION, _QUESTION_LINES)
        self.notes = NotesView(appearance)
        self.held = HeldView(appearance)
        # An answer arrives faster than it can be read: a view that followed its end would hide its start.
        self.answer = InertText(appearance, strings.ANSWER, follows=False, scrolls=False, trims=True)
        self.remark = PlainLabel(appearance, "faint", strings.ANSWER_STATE)
        self.count = PlainLabel(appearance, "faint", strings.QUESTION_COUNT)
        self.count.setWordWrap(False)
        self.earlier = button("‹", "bare", strings.EARLIER_QUESTION)
        self.later = button("›", "bare", strings.LATER_QUESTION)
        self.more = button(strings.MORE, "bare", strings.MORE_HINT)
        self.earlier.clicked.connect(lambda: self.show_other(-1))
        self.later.clicked.connect(lambda: self.show_other(1))
        self.more.clicked.connect(self.more_requested.emit)
        self._build()

    @property
    def current(self) -> Exchange | None:
        """The exchange that is shown."""
        newest = self._captions.current
        return next((each for each in self._captions.exchanges if each.question == self._chosen), newest)

    @property
    def full(self) -> bool:
        """Whether there is room for everything, so that the answer has a scroll bar."""
        return self._full

    @full.setter
    def full(self, full: bool) -> None:
        self._full = full
        self.answer.show_scroll_bar(visible=full)

    def draw(self, captions: Captions) -> None:
        """Draw the current exchange; a new question replaces an earlier one that is shown."""
        self._captions = captions
        newest = captions.current
        if newest is not None and newest.question != self._newest:
            self._newest, self._chosen = newest.question, None
        if (exchange := self.current) is not None:
            self._draw_exchange(exchange)

    def refresh(self) -> None:
        """Draw everything again, with another appearance."""
        self._drawn = None
        for label in (self.question, self.notes.origin, self.notes.text):
            label.fit()
        self.draw(self._captions)

    def forget(self) -> None:
        """Drop every text, of which some may not be drawn again."""
        self._drawn, self._captions, nothing = None, Captions(), Exchange(0, "", 0, "", 0)
        self.question.show_text("")
        self.notes.draw(nothing, has_notes=False, full=False)
        self.held.draw(nothing)
        self.answer.show_answer("", "")
        self.remark.setText("")

    def show_other(self, step: int) -> None:
        """Show the exchange before (-1) or after (1) the one that is shown."""
        if (exchange := self.current) is None:
            return
        numbers = [each.question for each in self._captions.exchanges]
        at = numbers.index(exchange.question) + step
        self._chosen = numbers[min(max(at, 0), len(numbers) - 1)]
        self.draw(self._captions)

    def scroll_answer(self, pages: int) -> None:
        """Scroll the answer by this many pages."""
        if (bar := self.answer.verticalScrollBar()) is not None:
            bar.setValue(bar.value() + pages * bar.pageStep())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Fit the answer to the new size."""
        super().resizeEvent(event)
        self.more.setVisible(self.answer.overflows and not self.full)

    def _draw_exchange(self, exchange: Exchange) -> None:
        self.question.show_text(_question(exchange))
        self.notes.draw(exchange, has_notes=self._captions.has_notes, full=self.full)
        self.held.draw(exchange)
        self.answer.setVisible(exchange.held is None)
        self.remark.setText(_remark(exchange, self._captions.answer_mode))
        self._draw_answer(exchange)
        self._draw_navigation(exchange)

    def _draw_answer(self, exchange: Exchange) -> None:
        drawn = (exchange.question, exchange.answer, exchange.state)
        if drawn == self._drawn:
            return
        is_other = not isinstance(self._drawn, tuple) or self._drawn[0] != exchange.question
        self._drawn = drawn
        text = closed(exchange.answer) if exchange.state == "streaming" else exchange.answer
        self.answer.show_answer(*split_headline(shallow(text)))
        if is_other:
            self.answer.to_start()
        self.answer.trim()

    def _draw_navigation(self, exchange: Exchange) -> None:
        numbers = [each.question for each in self._captions.exchanges]
        at = numbers.index(exchange.question)
        self.earlier.setEnabled(at > 0)
        self.later.setEnabled(at < len(numbers) - 1)
        for part in (self.count, self.earlier, self.later):
            part.setVisible(len(numbers) > 1)
        self.count.setText(sentences.place_among(at + 1, len(numbers)))
        self.more.setVisible(self.answer.overflows and not self.full)

    def _build(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.remark, stretch=1)
        parts: tuple[QWidget, ...] = (self.more, self.earlier, self.count, self.later)
        for part in parts:
            part.hide()
            foot.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.question)
        layout.addWidget(self.notes)
        layout.addWidget(self.held, stretch=1)
        layout.addWidget(self.answer, stretch=1)
        layout.addLayout(foot)


def _question(exchange: Exchange) -> str:
    return sentences.follow_up(exchange.text, exchange.previous) if exchange.previous else exchange.text


def _remark(exchange: Exchange, answer_mode: str) -> str:
    """Return what is shown under an answer: its state, or where it is from."""
    match exchange.state:
        case "waiting":
            return strings.REQUESTING if answer_mode != "off" else strings.ONLY_NOTES
        case "held":
            return strings.HELD_STATE
        case "streaming":
            return strings.STREAMING
        case "stopped":
            unrequested = strings.PRESS_FOR_ANSWER if answer_mode == "ask" else strings.ONLY_NOTES
            return sentences.sentences(exchange.remark, exchange.fix) or unrequested
    return sentences.general(exchange.remark) if exchange.general and exchange.answer else exchange.remark
