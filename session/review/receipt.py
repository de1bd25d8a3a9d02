"""The end of the page: what was wiped, and what was kept."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from overlay.widgets.backing import Appearance
from overlay.widgets.labels import PlainLabel
from session.review import strings


class ReceiptView(QWidget):
    """Lists what was wiped.

    Args:
        appearance: What it draws with.
    """

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.lines: list[str] = []
        """The sentences that are shown."""
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 12, 0, 0)
        self._layout.setSpacing(12)
        self._layout.addStretch(1)

    def draw(self, wiped: Sequence[str], saved_to: Sequence[str]) -> None:
        """Show the receipt.

        Args:
            wiped: Sentences about what was wiped.
            saved_to: The files that the user saved.
        """
        self.lines = [*wiped, *(strings.SAVED_TO.format(path=path) for path in saved_to)]
        for at, line in enumerate(self.lines):
            label = PlainLabel(self._appearance, "receipt", line)
            label.setText(f"✓  {line}")
            self._layout.insertWidget(at, label)
