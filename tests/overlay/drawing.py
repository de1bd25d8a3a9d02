"""Draws events in the overlay's window, for tests."""

from __future__ import annotations

import time

from PyQt6.QtWidgets import QApplication

from bus import messages as m
from overlay.state.captions import Captions
from overlay.window import OverlayWindow
from tests.support.events import log


def draw(window: OverlayWindow, *events: m.Event) -> Captions:
    captions = Captions()
    for logged in log(*events, logged_ns=time.monotonic_ns()):
        captions.apply(logged)
    window.draw(captions)
    QApplication.processEvents()
    return captions
