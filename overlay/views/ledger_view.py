"""Ledger window: lists every request of the session, word for word."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from bus.messages import RequestSent
from overlay import strings
from overlay.state.captions import Captions
from overlay.widgets.controls import button
from overlay.widgets.documents import InertText, plain_label


class LedgerView(QWidget):
    """A separate window with the requests and their destinations."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, parent.windowFlags())
        self.setObjectName("overlay")
        self.setWindowTitle(strings.LEDGER_WINDOW)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.resize(560, 420)
        self.text = InertText(strings.LEDGER_TEXT)
        self.text.setPlainText(strings.NOTHING_SENT)
        self.head = plain_label("faint", strings.LEDGER_HEAD)
        self._drawn: list[RequestSent] = []
        title = QLabel(strings.LEDGER)
        title.setObjectName("title")
        close = button("✕", "bare", strings.LEDGER_CLOSE)
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
        """Draw every retained request, the newest last."""
        egress = captions.egress
        self.head.setText(" · ".join(filter(None, (egress.provider_text, egress.usage_text))))
        requests = list(egress.requests)
        if requests != self._drawn:
            self._drawn = requests
            self.text.setPlainText("\n\n".join(strings.sent_request(request) for request in requests))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Move the window with the mouse."""
        handle = self.windowHandle()
        if event and event.button() == Qt.MouseButton.LeftButton and handle:
            handle.startSystemMove()
