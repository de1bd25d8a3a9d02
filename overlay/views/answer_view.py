"""The question, what the notes say to it, and the answer as it streams in."""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from overlay.state.captions import Captions
from overlay.state.exchange import Exchange
from overlay.views.held_view import HeldView
from overlay.views.notes_view import NotesView
from overlay.widgets.buttons import button
from overlay.widgets.documents import InertText, plain_label

_FLATTEST_PX = 56


class AnswerView(QFrame):
    """Draws one exchange of a `Captions`: the newest, until the user leafs back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._captions = Captions()
        self._newest = 0
        self._chosen: int | None = None
        """Number of the question the user leafed back to."""
        self._drawn: tuple[int, str] = (0, "")
        self.question = plain_label("question", "The question")
        self.leans_on = plain_label("faint", "The question before, on which it leans")
        self.notes = NotesView()
        self.held = HeldView()
        # An answer comes faster than anyone reads: who follows its end never reads its start.
        self.answer = InertText("The answer", follows=False)
        self.answer.setMinimumHeight(_FLATTEST_PX)
        self.remark = plain_label("faint", "State of the answer")
        self._count = QLabel()
        self._count.setObjectName("faint")
        self.earlier = button("‹", "bare", "Earlier question")
        self.later = button("›", "bare", "Later question")
        self.earlier.clicked.connect(lambda: self._leaf(-1))
        self.later.clicked.connect(lambda: self._leaf(1))
        self._build()

    def draw(self, captions: Captions) -> None:
        """Show the exchange as it stands now; a new question takes the user back to it."""
        self._captions = captions
        newest = captions.current
        if newest is None:
            practises = captions.answer_mode == "feedback"
            self.question.setText("No feedback yet" if practises else "No question yet")
            self.answer.setPlainText(_BEFORE[captions.answer_mode])
            return
        if newest.question != self._newest:
            self._newest, self._chosen = newest.question, None
        self._draw_exchange(self._shown(newest))

    def _shown(self, newest: Exchange) -> Exchange:
        return next((each for each in self._captions.exchanges if each.question == self._chosen), newest)

    def _draw_exchange(self, exchange: Exchange) -> None:
        self.question.setText(exchange.text)
        self.leans_on.setText(f"after: {exchange.previous}")
        self.leans_on.setVisible(bool(exchange.previous))
        self.notes.draw(exchange.passages, exchange.prepared)
        self.held.draw(exchange.held)
        self.answer.setVisible(exchange.held is None)
        self.remark.setText(_remark(exchange, answers=self._captions.answer_mode != "off"))
        if self._drawn != (exchange.question, exchange.answer):
            another = self._drawn[0] != exchange.question
            self._drawn = (exchange.question, exchange.answer)
            self.answer.show_markdown(exchange.answer)
            if another:
                self.answer.to_start()
        self._draw_leaves(exchange)

    def _draw_leaves(self, exchange: Exchange) -> None:
        numbers = [each.question for each in self._captions.exchanges]
        at = numbers.index(exchange.question)
        self.earlier.setEnabled(at > 0)
        self.later.setEnabled(at < len(numbers) - 1)
        for part in (self._count, self.earlier, self.later):
            part.setVisible(len(numbers) > 1)
        self._count.setText(f"{at + 1} of {len(numbers)}")

    def _leaf(self, step: int) -> None:
        newest = self._captions.current
        if newest is None:
            return
        numbers = [each.question for each in self._captions.exchanges]
        at = numbers.index(self._shown(newest).question) + step
        self._chosen = numbers[min(max(at, 0), len(numbers) - 1)]
        self.draw(self._captions)

    def _build(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self.remark, stretch=1)
        leaves: tuple[QLabel | QPushButton, ...] = (self.earlier, self._count, self.later)
        for part in leaves:
            part.hide()
            foot.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 10)
        layout.setSpacing(8)
        layout.addWidget(self.question)
        layout.addWidget(self.leans_on)
        self.leans_on.hide()
        layout.addWidget(self.notes, stretch=1)
        layout.addWidget(self.held, stretch=2)
        layout.addWidget(self.answer, stretch=2)
        layout.addLayout(foot)


_VISIBLE = "Whoever sees your screen sees this window too."
_GENERAL = "general knowledge, nothing in your notes fits · "
_BEFORE = {
    "auto": f"Questions of the other party are answered as they come. {_VISIBLE}",
    "ask": f"Press the button to have the newest question answered. {_VISIBLE}",
    "feedback": f"Feedback on your answers comes here. {_VISIBLE}",
    "off": f"Answers are off; what your notes say is still shown. {_VISIBLE}",
}


def _remark(exchange: Exchange, *, answers: bool) -> str:
    waiting = "asking…" if answers else ""
    states = {
        "waiting": waiting,
        "held": "waiting for you",
        "streaming": "answering…",
        "finished": "",
        "stopped": "stopped: " if exchange.remark else "from your notes",
    }
    general = _GENERAL if exchange.general and exchange.answer else ""
    first = (
        f" · first word after {exchange.first_token_s:.2f} s" if exchange.first_token_s is not None else ""
    )
    return f"{general}{states[exchange.state]}{exchange.remark}{first}".strip(" ·")
