"""The window's menu: every action with its keys, layouts, models and providers."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from functools import partial

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QMenu, QWidget

from bus.messages import ProviderCard
from overlay.keys import ACTIONS
from overlay.state.captions import Captions
from overlay.texts import sentences, strings
from overlay.texts.provider_card import card_rows
from overlay.texts.summary_texts import TEMPLATES

_GROUPS = (
    ("answer", "cancel", "again", "shorter", "longer", "copy"),
    ("more", "fainter", "firmer", "smaller_text", "larger_text", "click_through", "next_monitor", "toggle"),
    ("sent", "details", "latency"),
)
_MODELS_SHOWN = 20
_CARD_WIDTH = 64
"""Characters of a line of a provider's card."""


class Menu(QMenu):
    """Offers what can be done now; filled when it is opened.

    Args:
        parent: The window.
        global_keys: The keys that work everywhere, by action.
    """

    chosen = pyqtSignal(str)
    """The user chose this action."""

    provider_chosen = pyqtSignal(str, str)
    """The user chose this provider and model ("" for any)."""

    pause_chosen = pyqtSignal(str, bool)
    """The user wants this source ("" for all) paused or continued."""

    summary_chosen = pyqtSignal(str)
    """The user wants a summary by this template."""

    def __init__(self, parent: QWidget, global_keys: Mapping[str, str]) -> None:
        super().__init__(parent)
        self._global_keys = global_keys
        self.setAccessibleName(strings.MENU)

    def fill(self, captions: Captions) -> None:
        """Offer what can be done in this state."""
        self.clear()
        answers = captions.answer_mode not in ("off", "feedback")
        for at, group in enumerate(_GROUPS):
            for name in group:
                if at or answers or name == "copy":
                    self._add_action(name)
            self.addSeparator()
        if captions.answer_mode == "feedback":
            self._add_action("practice_next")
        if answers and captions.providers:
            self._fill_providers(captions)
        if captions.can_summarize and (menu := self.addMenu(strings.SUMMARY_MENU)) is not None:
            self.fill_summaries(menu)
        self._fill_pauses(captions)
        self._add_action("mark")
        self._add_action("strike")
        self._add_action("end")

    def fill_summaries(self, menu: QMenu) -> None:
        """Offer a summary by each template."""
        for template, label in TEMPLATES.items():
            self._add(menu, label, partial(self.summary_chosen.emit, template))

    def _add_action(self, name: str) -> None:
        keys = self._global_keys.get(name) or ACTIONS[name].window_key.split(" ")[0]
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        self._add(self, f"{ACTIONS[name].label}\t{shown}", lambda: self.chosen.emit(name))

    def _fill_providers(self, captions: Captions) -> None:
        menu = self.addMenu(strings.PROVIDER_MENU)
        provider = captions.egress.provider
        if menu is None:
            return
        if provider is not None:
            for model in provider.models[:_MODELS_SHOWN]:
                self._add_provider(menu, model, provider.provider, model, chosen=model == provider.model)
            menu.addSeparator()
        for name in captions.providers:
            is_used = provider is not None and provider.provider == name
            if card := captions.provider_cards.get(name):
                self._fill_card(menu, name, card, chosen=is_used)
            else:
                self._add_provider(menu, strings.PROVIDERS.get(name, name), name, "", chosen=is_used)

    def _fill_card(self, menu: QMenu, name: str, card: ProviderCard, *, chosen: bool) -> None:
        """Add a hosted provider: what it does with requests is read on the way to choosing it."""
        shown = menu.addMenu(name)
        if shown is None:
            return
        for label, text in card_rows(card):
            for line in textwrap.wrap(f"{label}: {text}", _CARD_WIDTH, subsequent_indent="    "):
                if (row := shown.addAction(line.replace("&", "&&"))) is not None:
                    row.setEnabled(False)
        shown.addSeparator()
        self._add_provider(shown, strings.USE_PROVIDER, name, "", chosen=chosen)

    def _add_provider(self, menu: QMenu, text: str, provider: str, model: str, *, chosen: bool) -> None:
        self._add(menu, text, lambda: self.provider_chosen.emit(provider, model), checked=chosen)

    def _fill_pauses(self, captions: Captions) -> None:
        for source in captions.sources:
            paused = source in captions.paused
            text = (sentences.unpause if paused else sentences.pause)(captions.name(source))
            self._add_pause(text, source, pause=not paused)

    def _add_pause(self, text: str, source: str, *, pause: bool) -> None:
        self._add(self, text, lambda: self.pause_chosen.emit(source, pause))

    def _add(self, menu: QMenu, text: str, act: Callable[[], None], *, checked: bool = False) -> None:
        action = menu.addAction(text.replace("&", "&&"))
        if action is not None:
            action.setCheckable(checked)
            action.setChecked(checked)
            action.triggered.connect(act)
