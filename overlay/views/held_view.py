"""A request that waits for the user: what it says, to whom, and two buttons."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from bus.messages import RequestHeld
from overlay.widgets.buttons import button
from overlay.widgets.documents import InertText, plain_label


class HeldView(QFrame):
    """Draws a held request; hidden while there is none."""

    judged = pyqtSignal(int, bool)
    """The user let the request of this question go, or did not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("held")
        self._held: RequestHeld | None = None
        self.head = plain_label("held", "A request that waits for you")
        self.body = InertText("What would be sent, word for word", follows=False)
        self.body.setObjectName("notes")
        self.send = button("Send it", "answer", "Send this request")
        self.keep = button("Do not send", "answer", "Do not send this request")
        self.send.clicked.connect(lambda: self._judge(allowed=True))
        self.keep.clicked.connect(lambda: self._judge(allowed=False))
        buttons = QHBoxLayout()
        buttons.addWidget(self.send)
        buttons.addWidget(self.keep)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.head)
        layout.addWidget(self.body)
        layout.addLayout(buttons)
        self.hide()

    def draw(self, held: RequestHeld | None) -> None:
        """Show this request."""
        if held != self._held:
            self._held = held
            self.setVisible(held is not None)
            if held is not None:
                leaves = "leaves this machine" if held.left_machine else "stays on this machine"
                self.head.setText(f"{held.body_bytes:,} bytes for {held.host} wait for you ({leaves})")
                self.body.setPlainText(held.body)

    def _judge(self, *, allowed: bool) -> None:
        if self._held is not None:
            self.judged.emit(self._held.question, allowed)
