"""Fixtures: a Qt application off screen, and a user without settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PyQt6.QtWidgets import QApplication

from session import settings as all_settings
from tests.support.waiting import wait_until

Until = Callable[..., None]


@pytest.fixture(scope="module")
def application() -> QApplication:
    return QApplication.instance() or QApplication([])  # type: ignore[return-value]


@pytest.fixture
def until(application: QApplication) -> Until:
    """Return a function that processes events until a condition holds."""

    def wait(condition: Callable[[], object], timeout_s: float = 20.0) -> None:
        def processed() -> object:
            application.processEvents()
            return condition()

        wait_until(processed, timeout_s)

    return wait


@pytest.fixture(autouse=True)
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user's settings file, which does not exist."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path / 'nowhere'}")
    return all_settings.user_file()
