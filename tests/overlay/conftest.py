"""Fixtures: a Qt application off screen, the window in it, no warnings of Qt."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PyQt6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PyQt6.QtWidgets import QApplication

from overlay.actions import Actions
from overlay.settings import OverlaySettings
from overlay.window import OverlayWindow

_OF_THIS_PLATFORM = "This plugin does not support"
"""What the offscreen platform lacks, a real one has."""


@pytest.fixture(scope="module")
def application() -> QApplication:
    return QApplication.instance() or QApplication([])  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    """Fail a test in which Qt warns."""
    warnings: list[str] = []

    def note(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
        if kind != QtMsgType.QtDebugMsg and not (text or "").startswith(_OF_THIS_PLATFORM):
            warnings.append(text or "")

    qInstallMessageHandler(note)
    yield
    qInstallMessageHandler(None)
    assert not warnings


@pytest.fixture
def window(application: QApplication) -> Iterator[OverlayWindow]:
    window = OverlayWindow(OverlaySettings(x=0, y=0))
    actions = Actions(window)
    window.show()
    yield window
    del actions
    window.hide()
    window.deleteLater()
    application.processEvents()
