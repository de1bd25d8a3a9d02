"""Who answers, and a menu to have somebody else do it."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QMenu, QPushButton, QWidget

from overlay.state.captions import Captions

_MODELS_SHOWN = 20


class ProviderMenu(QPushButton):
    """A line that says who is asked; pressed, it offers that provider's models and the other providers."""

    wanted = pyqtSignal(str, str)
    """The user wants this provider and model ("" for any)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ledger")
        self.setAccessibleName("Who answers; press to choose another")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._choices = QMenu(self)
        self._drawn: object = None
        self.setMenu(self._choices)
        self.hide()

    def draw(self, captions: Captions) -> None:
        """Show who is asked, and what it has cost."""
        egress = captions.egress
        text = " · ".join(filter(None, (egress.asked, egress.meter)))
        self.setVisible(bool(captions.providers) and captions.answer_mode != "off")
        self.setToolTip(text)
        leaves = egress.provider is not None and egress.provider.leaves_machine
        if self.property("left") != leaves:
            self.setProperty("left", leaves)
            self.setStyleSheet("")  # the sheet looks at properties anew
        self.setText(
            self.fontMetrics().elidedText(
                text or "nobody is asked yet", Qt.TextElideMode.ElideRight, max(self.width() - 24, 120)
            )
        )
        offered = (egress.provider, tuple(captions.providers))
        if offered != self._drawn:
            self._drawn = offered
            self._offer(captions)

    def _offer(self, captions: Captions) -> None:
        self._choices.clear()
        provider = captions.egress.provider
        if provider is not None:
            for model in provider.models[:_MODELS_SHOWN]:
                self._add(f"{model}{' ✓' if model == provider.model else ''}", provider.provider, model)
            self._choices.addSeparator()
        for name in captions.providers:
            self._add(name, name, "")

    def _add(self, text: str, provider: str, model: str) -> None:
        action = self._choices.addAction(text.replace("&", "&&"))
        if action is not None:
            action.triggered.connect(lambda: self.wanted.emit(provider, model))
