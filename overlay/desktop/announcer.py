"""Announces texts to a screen reader, by a label and by AT-SPI on Linux.

PyQt has no binding for Qt's announcement events, so the signal that Qt sends for them is sent here, on Qt's
own connection to the accessibility bus. There is one only while assistive technology runs.
"""

from __future__ import annotations

import sys

from PyQt6.QtCore import QObject, Qt, QTimer
from PyQt6.QtWidgets import QLabel, QWidget

from overlay.state.announcements import Announcements, Mode, speaking_s
from overlay.state.captions import Captions

_POLITE = 1
_CONNECTION = "a11y"
"""Qt's name of its connection."""
_ROOT = "/org/a11y/atspi/accessible/root"


class Announcer(QObject):
    """Announces one text at a time.

    Args:
        window: The window that has the label.
        mode: What is announced.
    """

    def __init__(self, window: QWidget, mode: Mode) -> None:
        super().__init__(window)
        self._announcements = Announcements(mode)
        self.label = QLabel(window)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setFixedSize(1, 1)  # without a size, screen readers would skip it
        self._speaking = QTimer(self)
        self._speaking.setSingleShot(True)
        self._speaking.timeout.connect(self._announce)

    def draw(self, captions: Captions) -> None:
        """Announce what is new, when the text before it has been spoken."""
        self._announcements.apply(captions)
        if not self._speaking.isActive():
            self._announce()

    def forget(self, captions: Captions) -> None:
        """Drop the texts that were announced."""
        self._announcements.forget(captions)
        self.label.setAccessibleName("")

    def _announce(self) -> None:
        if text := self._announcements.take():
            self.label.setAccessibleName(text)
            _publish(text)
            self._speaking.start(round(speaking_s(text) * 1000))


def _publish(text: str) -> None:
    """Send an announcement as Qt's bridge to AT-SPI does (`AtSpiAdaptor`)."""
    if sys.platform != "linux":
        return
    from PyQt6.QtDBus import QDBusArgument, QDBusConnection, QDBusMessage, QDBusObjectPath, QDBusVariant

    bus = QDBusConnection(_CONNECTION)
    if not bus.isConnected():
        return
    source = QDBusArgument()
    source.beginStructure()
    source.add(bus.baseService())
    source.add(QDBusObjectPath(_ROOT))
    source.endStructure()
    signal = QDBusMessage.createSignal(_ROOT, "org.a11y.atspi.Event.Object", "Announcement")
    signal.setArguments(["", _POLITE, 0, QDBusVariant(text), source])
    bus.send(signal)
