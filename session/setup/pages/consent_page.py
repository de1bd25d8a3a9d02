"""Wizard page with the sentence for the others, and what they see."""

from __future__ import annotations

import sys

from PyQt6.QtWidgets import QCheckBox, QHBoxLayout

from session.run.start import consent
from session.setup import look, strings
from session.setup.pages.page import Context, Page
from session.setup.pages.quote import Quote


class ConsentPage(Page):
    """The page.

    Args:
        context: What it may use.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, strings.CONSENT, strings.CONSENT_INTRO)
        self.quote = Quote(consent.Matter(language=context.settings.stt.language).sentence)
        self.menu_entry = QCheckBox(strings.MENU_ENTRY)
        self.body.addWidget(self.quote)
        copying = QHBoxLayout()
        copying.addWidget(self.quote.copy)
        copying.addStretch(1)
        self.body.addLayout(copying)
        self.body.addWidget(look.label(strings.SCREEN))
        self.body.addWidget(look.label(strings.ASKED_EACH_TIME, "faint"))
        self.body.addStretch(1)
        if sys.platform == "linux":
            self.body.addWidget(self.menu_entry)

    def name_provider(self, host: str) -> None:
        """Say in the sentence where questions go; nowhere if it is empty."""
        self.quote.setText(consent.Matter(host, language=self.context.settings.stt.language).sentence)
