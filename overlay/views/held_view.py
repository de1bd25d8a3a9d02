"""Draws a request that waits for approval, with two buttons."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from bus.messages import RequestHeld
from overlay import strings
from overlay.widgets.controls import button
from overlay.widgets.documents import InertText, plain_label


class HeldView(QFrame):
    """Draws a held request; hidden when there is none."""

    decided = pyqtSignal(int, bool)
    """The user approved or rejected the request of this question."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("held")
        self._held: RequestHeld | None = None
        self.head = plain_label("held", strings.HELD)
        self.body = InertText(strings.HELD_BODY, follows=False)
        self.body.setObjectName("notes")
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
        layout.setSpacing(8)
        layout.addWidget(self.head)
        layout.addWidget(self.body)
        layout.addLayout(buttons)
        self.hide()

    def draw(self, held: RequestHeld | None) -> None:
        """Draw this request."""
        if held != self._held:
            self._held = held
            self.setVisible(held is not None)
            if held is not None:
                self.head.setText(strings.held_request(held))
                self.body.setPlainText(held.body)

    def _decide(self, *, allowed: bool) -> None:
        if self._held is not None:
            self.decided.emit(self._held.question, allowed)
