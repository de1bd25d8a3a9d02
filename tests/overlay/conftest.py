"""Fixtures: a Qt application off screen, and the overlay's window in it."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PyQt6.QtWidgets import QApplication

from overlay.settings import OverlaySettings
from overlay.window import OverlayWindow


@pytest.fixture(scope="module")
def application() -> QApplication:
    return QApplication.instance() or QApplication([])  # type: ignore[return-value]


@pytest.fixture
def window(application: QApplication) -> Iterator[OverlayWindow]:
    window = OverlayWindow(OverlaySettings(x=0, y=0))
    window.show()
    yield window
    window.close()
    window.deleteLater()
    application.processEvents()
