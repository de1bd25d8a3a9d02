"""Shows a provider's card in a window: `python -m session.setup.provider_card_window NAME HOST`.

Exits with 0 if the user wants to use the provider.
"""

from __future__ import annotations

import os
import sys

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout

from bus.failures import Failure
from bus.messages import ProviderCard
from bus.process.lifecycle import report_crash
from llm.providers import cards
from overlay.display import choose_platform
from overlay.texts.provider_card import card_rows
from session import settings as all_settings
from session.run.start.provider_cards import UNKNOWN
from session.setup import CLOSED_CODE, look, strings

_WIDTH_PX = 620


class ProviderCardWindow(QDialog):
    """The window; accepted when the provider may be used.

    Args:
        host: Where questions go.
        card: None for an address that is no known provider's.
    """

    def __init__(self, host: str, card: ProviderCard | None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle(strings.CARD_TITLE)
        self.setMinimumWidth(_WIDTH_PX)
        self.use_it = look.button(strings.USE_IT, name="main")
        self.not_yet = look.button(strings.NOT_YET)
        self.use_it.clicked.connect(self.accept)
        self.not_yet.clicked.connect(self.reject)
        self.use_it.setAutoDefault(False)
        self.not_yet.setDefault(True)  # Return alone sends nothing
        buttons, layout, rows = QHBoxLayout(), QVBoxLayout(self), QGridLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.not_yet)
        buttons.addWidget(self.use_it)
        rows.setColumnStretch(1, 1)
        rows.setHorizontalSpacing(16)
        rows.setVerticalSpacing(8)
        for at, (label, text) in enumerate(card_rows(card) if card else ()):
            rows.addWidget(look.label(label, "group"), at, 0, Qt.AlignmentFlag.AlignTop)
            rows.addWidget(look.label(text), at, 1, Qt.AlignmentFlag.AlignTop)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(look.label(strings.CARD.format(host=host), "heading"))
        layout.addWidget(look.label(strings.CARD_WHY if card else UNKNOWN.format(host=host), "faint"))
        layout.addLayout(rows)
        layout.addLayout(buttons)


def main() -> int:
    """Ask, and return the exit code."""
    report_crash("provider card")
    try:
        if platform := choose_platform():
            os.environ["QT_QPA_PLATFORM"] = platform
        application = look.application()
        name, host = sys.argv[1:]
        card = cards().get(name)
        window = ProviderCardWindow(host.removesuffix(":443"), card)
        look.follow_theme(window, all_settings.load(None, {}).overlay)
    except Failure as failure:
        print(f"cuecard: {failure}", file=sys.stderr)
        return failure.exit_code
    accepted = window.exec() == QDialog.DialogCode.Accepted
    del window, application
    return 0 if accepted else CLOSED_CODE


if __name__ == "__main__":
    sys.exit(main())
