"""Sets the language of Qt's own texts and the direction of the layout."""

from __future__ import annotations

from PyQt6.QtCore import QLibraryInfo, Qt, QTranslator
from PyQt6.QtWidgets import QApplication

from overlay.texts import translation


def follow(application: QApplication) -> None:
    """Follow the user's language; call it before the sandbox is entered and a window is built."""
    if translation.RIGHT_TO_LEFT:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    if translation.LANGUAGE == "en":
        return
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{translation.LANGUAGE}", folder):
        application.installTranslator(translator)
