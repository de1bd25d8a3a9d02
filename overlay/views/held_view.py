"""Draws a request that waits for approval, and every byte of it."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from bus.messages import RequestHeld
from overlay.state.exchange import Exchange
from overlay.texts import sentences, strings
from overlay.widgets.backing import Appearance
from overlay.widgets.controls import button
from overlay.widgets.documents import InertText
from overlay.widgets.labels import PlainLabel


class HeldView(QFrame):
    """Draws a held request; hidden when there is none.

    Args:
        appearance: What it draws with.
    """

    decided = pyqtSignal(int, bool)
    """The user approved or rejected the request of this question."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._held: RequestHeld | None = None
        self.head = PlainLabel(appearance, "warn", strings.HELD)
        self.body = InertText(appearance, strings.HELD_BODY, follows=False)
        self.body.setObjectName("small")
        self.send = button(strings.SEND, "answer", strings.SEND_REQUEST)
        self.do_not_send = button(strings.DO_NOT_SEND, "answer", strings.DO_NOT_SEND_REQUEST)
        self.send.clicked.connect(lambda: self._decide(allowed=True))
        self.do_not_send.clicked.connect(lambda: self._decide(allowed=False))
        buttons = QHBoxLayout()
        buttons.addWidget(self.send)
        buttons.addWidget(self.do_not_send)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.head)
        layout.addWidget(self.body)
        layout.addLayout(buttons)
        self.hide()

    def draw(self, exchange: Exchange) -> None:
        """Draw the held request of an exchange, if it has one."""
        held = exchange.held
        if held != self._held:
            self._held = held
            self.setVisible(held is not None)
            self.head.setText(sentences.held_request(held) if held else "")
            passages = exchange.passages
            content = sentences.held_content(exchange.text, passages, held.body) if held else ""
            self.body.setPlainText(content)
            self.body.to_start()

    def _decide(self, *, allowed: bool) -> None:
        if self._held is not None:
            self.decided.emit(self._held.question, allowed)
