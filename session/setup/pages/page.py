"""Base of the wizard's pages, and the context that they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from session.settings import AllSettings
from session.setup import look
from session.setup.background import Background
from session.setup.settings.settings_file import Changes


@dataclass(frozen=True)
class Context:
    """What every page may use."""

    settings: AllSettings
    """As they are before the wizard."""
    tables: Mapping[str, Mapping[str, Any]]
    """The part of them that the user's file sets."""
    background: Background


class Page(QWidget):
    """One step of the wizard.

    Args:
        context: What it may use.
        title: Its heading.
        intro: One sentence about it.
    """

    def __init__(self, context: Context, title: str, intro: str) -> None:
        super().__init__()
        self.context = context
        self.title = title
        self.setAccessibleName(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(10)
        self.body.addWidget(look.label(title, "heading"))
        self.body.addWidget(look.label(intro, "faint"))

    def changes(self) -> Changes:
        """Return what the user chose here."""
        return {}

    def enter(self) -> None:
        """Begin what the page does while it is shown."""

    def leave(self) -> None:
        """End what the page does while it is shown."""
