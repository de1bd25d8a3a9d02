"""The ledger: every request of the session, word for word."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from bus.messages import RequestSent
from overlay.state.captions import Captions
from overlay.widgets.buttons import button
from overlay.widgets.documents import InertText, plain_label


class LedgerView(QWidget):
    """A window of its own with what was sent, and where."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, parent.windowFlags())
        self.setObjectName("overlay")
        self.setWindowTitle("Cuecard: what was sent")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.resize(560, 420)
        self.text = InertText("Requests of this session")
        self.text.setPlainText("Nothing was sent.")
        self.head = plain_label("faint", "Who is asked, and what it cost")
        self._drawn: list[RequestSent] = []
        title = QLabel("What was sent")
        title.setObjectName("title")
        close = button("✕", "bare", "Close this list")
        close.clicked.connect(self.hide)
        header = QHBoxLayout()
        header.addWidget(title)
        header.addStretch(1)
        header.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 14)
        layout.addLayout(header)
        layout.addWidget(self.head)
        layout.addWidget(self.text)

    def draw(self, captions: Captions) -> None:
        """Show every request that is kept, the newest last."""
        egress = captions.egress
        self.head.setText(" · ".join(filter(None, (egress.asked, egress.meter))))
        requests = list(egress.requests)
        if requests != self._drawn:
            self._drawn = requests
            self.text.setPlainText("\n\n".join(_entry(request) for request in requests))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Move the window with the mouse."""
        handle = self.windowHandle()
        if event and event.button() == Qt.MouseButton.LeftButton and handle:
            handle.startSystemMove()


def _entry(request: RequestSent) -> str:
    where = request.url if request.left_machine else f"{request.url} (this machine)"
    where += " (unencrypted)" if request.left_machine and not request.encrypted else ""
    return f"{request.model} at {where}, {request.body_bytes:,} bytes\n{request.body}"
