"""Buttons that take a press and never the focus."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton


def button(text: str, name: str, accessible_name: str) -> QPushButton:
    """Return a button.

    Args:
        text: What it shows.
        name: Its name in the style sheet.
        accessible_name: What a screen reader and its tooltip say.
    """
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(accessible_name)
    made.setToolTip(accessible_name)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made
