"""Shows the active provider, with a menu to switch to another one."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QMenu, QPushButton, QWidget

from overlay import strings
from overlay.state.captions import Captions

_MODELS_SHOWN = 20


class ProviderMenu(QPushButton):
    """Shows provider and cost; pressed, it offers the provider's models and the other providers."""

    provider_chosen = pyqtSignal(str, str)
    """The user chose this provider and model ("" for any)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ledger")
        self.setAccessibleName(strings.PROVIDER_MENU)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._choices = QMenu(self)
        self._drawn: object = None
        self.setMenu(self._choices)
        self.hide()

    def draw(self, captions: Captions) -> None:
        """Draw the active provider and its cost."""
        egress = captions.egress
        text = " · ".join(filter(None, (egress.provider_text, egress.usage_text)))
        self.setVisible(bool(captions.providers) and captions.answer_mode != "off")
        self.setToolTip(text)
        navigation = egress.provider is not None and egress.provider.leaves_machine
        if self.property("left") != navigation:
            self.setProperty("left", navigation)
            self.setStyleSheet("")  # evaluates the style sheet's property selectors
        self.setText(
            self.fontMetrics().elidedText(
                text or strings.NO_PROVIDER_YET, Qt.TextElideMode.ElideRight, max(self.width() - 24, 120)
            )
        )
        offered = (egress.provider, tuple(captions.providers))
        if offered != self._drawn:
            self._drawn = offered
            self._fill_menu(captions)

    def _fill_menu(self, captions: Captions) -> None:
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
            action.triggered.connect(lambda: self.provider_chosen.emit(provider, model))
