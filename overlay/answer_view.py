"""The question, what the notes say to it, and the answer as it streams in."""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from overlay.captions import Captions, Exchange
from overlay.documents import InertText

_PASSAGE_CHARACTERS = 280


class AnswerView(QFrame):
    """Draws the newest exchange of a `Captions`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._question = _label("question", "The question")
        self._remark = _label("faint", "State of the answer")
        self.text = InertText("Notes and answer")
        self._drawn = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 10)
        layout.setSpacing(8)
        layout.addWidget(self._question)
        layout.addWidget(self.text, stretch=1)
        layout.addWidget(self._remark)

    def draw(self, captions: Captions) -> None:
        """Show the newest question as it stands now."""
        exchange = captions.current
        if exchange is None:
            self._question.setText("No question yet")
            self._remark.setText(_WAITING[captions.answer_mode])
            return
        self._question.setText(exchange.text)
        self._remark.setText(_remark(exchange))
        markdown = _markdown(exchange)
        if markdown != self._drawn:
            follows = self._drawn and markdown.startswith(self._drawn[:40])
            self._drawn = markdown
            self.text.show_markdown(markdown)
            if follows and exchange.state == "streaming":
                self.text.keep_at_end()


_WAITING = {
    "auto": "Questions of the other party are answered as they come.",
    "ask": "Press the button to have the newest question answered.",
    "off": "Answers are off; what your notes say is still shown.",
}


def _label(name: str, accessible_name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setAccessibleName(accessible_name)
    label.setWordWrap(True)
    return label


def _markdown(exchange: Exchange) -> str:
    notes = [_passage(each.file, each.heading, each.text) for each in exchange.passages]
    parts = ["**From your notes**\n", *notes, "\n---\n"] if notes else []
    return "\n".join([*parts, exchange.answer])


def _passage(file: str, heading: str, text: str) -> str:
    words = " ".join(text.split())
    cut = words if len(words) <= _PASSAGE_CHARACTERS else f"{words[:_PASSAGE_CHARACTERS]}…"
    return f"> *{file.rpartition('/')[2]} · {heading}* — {cut}\n"


def _remark(exchange: Exchange) -> str:
    states = {"waiting": "asking…", "streaming": "answering…", "finished": "", "stopped": "stopped: "}
    first = (
        f" · first word after {exchange.first_token_s:.2f} s" if exchange.first_token_s is not None else ""
    )
    return f"{states[exchange.state]}{exchange.remark}{first}".strip(" ·")
