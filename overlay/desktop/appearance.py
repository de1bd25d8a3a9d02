"""Follows the desktop's choice of light, dark or high contrast."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPalette

from overlay.settings import OverlaySettings
from overlay.theme import PALETTES, Name


def follow(settings: OverlaySettings, set_theme: Callable[[Name], None]) -> None:
    """Set the theme of the settings, or the desktop's and each later one."""
    hints = QGuiApplication.styleHints()

    def set_current() -> None:
        name = settings.theme if settings.theme != "system" else _system_theme()
        _set_link_colour(PALETTES[name].accent)
        set_theme(name)

    set_current()
    if settings.theme == "system" and hints is not None:
        hints.colorSchemeChanged.connect(set_current)


def _system_theme() -> Name:
    hints = QGuiApplication.styleHints()
    if hints is None:
        return "dark"
    accessibility = hints.accessibility()
    if accessibility is not None and accessibility.contrastPreference() == Qt.ContrastPreference.HighContrast:
        return "contrast"
    return "light" if hints.colorScheme() == Qt.ColorScheme.Light else "dark"


def _set_link_colour(colour: str) -> None:
    """Set the colour that Qt gives links in Markdown."""
    palette = QGuiApplication.palette()
    palette.setColor(QPalette.ColorRole.Link, QColor(colour))
    palette.setColor(QPalette.ColorRole.LinkVisited, QColor(colour))
    QGuiApplication.setPalette(palette)
