"""Painting on an X display from the overlay's sandbox, which refuses System V shared memory."""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.sandboxed_program import SANDBOXED, run
from tests.support.waiting import wait_until
from tests.support.xvfb import xvfb

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="enforced on Linux alone")

PAINT = """
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QWidget
application = QApplication([])
report = sandbox.enforce(); assert report.enforced, report
window = QWidget()
window.setStyleSheet("background: rgb(18, 52, 86)")
window.setGeometry(0, 0, 200, 200)
window.show()
QTimer.singleShot(5000, application.quit)
application.exec()
print(json.dumps(application.platformName()))
"""
COLOUR = bytes((86, 52, 18))
"""A pixel of the window in the server's memory, apart from an unused byte."""


def test_a_window_is_painted_without_shared_memory(tmp_path: Path) -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    screen = tmp_path / "Xvfb_screen0"
    with xvfb("-fbdir", str(tmp_path)) as display, ThreadPoolExecutor() as pool:
        shown = pool.submit(run, SANDBOXED + PAINT, stage="overlay", DISPLAY=display, QT_QPA_PLATFORM="xcb")
        wait_until(lambda: screen.read_bytes().count(COLOUR) == 200 * 200 or shown.done(), timeout_s=30)
        painted = screen.read_bytes().count(COLOUR)
        assert shown.result() == "xcb"
    assert painted == 200 * 200
