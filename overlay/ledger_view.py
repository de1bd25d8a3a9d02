"""The ledger: every request of the session, word for word."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from bus.messages import RequestSent
from overlay import theme
from overlay.captions import Captions
from overlay.documents import InertText


class LedgerView(QWidget):
    """A window of its own with what was sent, and where."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, parent.windowFlags())
        self.setObjectName("overlay")
        self.setWindowTitle("Cuecard: what was sent")
        self.setStyleSheet(parent.styleSheet() + f"QWidget#overlay {{ background: {theme.GROUND}; }}")
        self.resize(560, 420)
        self._text = InertText("Requests of this session")
        layout = QVBoxLayout(self)
        layout.addWidget(self._text)

    def draw(self, captions: Captions) -> None:
        """Show every request."""
        entries = [_entry(request) for request in captions.requests]
        self._text.setPlainText("\n\n".join(entries) or "Nothing was sent.")


def _entry(request: RequestSent) -> str:
    where = request.host if request.left_machine else f"{request.host} (this machine)"
    return f"{request.model} at {where}, {request.body_bytes} bytes\n{request.body}"
