"""A sentence to read out or paste, with its button."""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QLabel

from session.setup import look, strings

_COPIED_MS = 1500


class Quote(QLabel):
    """The sentence.

    Args:
        text: Its words.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setObjectName("quote")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAccessibleName(strings.SENTENCE_NAME)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy = look.button(strings.COPY)
        self.copy.clicked.connect(self._copy)

    def _copy(self) -> None:
        if (clipboard := QApplication.clipboard()) is not None:
            clipboard.setText(self.text())
        self.copy.setText(strings.COPIED)
        QTimer.singleShot(_COPIED_MS, lambda: self.copy.setText(strings.COPY))
