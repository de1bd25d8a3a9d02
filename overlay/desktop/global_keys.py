"""Keys that work while another program has the keyboard: on X11 only.

Elsewhere the desktop's own shortcuts can run `cuecard answer`, `cuecard toggle` and others.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QGuiApplication

from overlay.desktop.x11 import XConnection, XUnavailable


class GlobalKeys(QObject):
    """The keys of a session.

    Args:
        keys: Keys by action; none are received if it is empty.
    """

    pressed = pyqtSignal(str)
    """The key of this action was pressed."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        super().__init__()
        self._connection = _connect()
        self.missing: list[tuple[str, str]] = []
        """Actions and keys that another program has, or that the keyboard lacks."""
        self.bound: dict[str, str] = {}
        """Keys by action that are received."""
        if self._connection is not None and keys:
            self.missing = self._connection.grab(keys)
            self.bound = {action: key for action, key in keys.items() if (action, key) not in self.missing}

    def take_keyboard(self, taken: bool) -> None:
        """Note which program has the keyboard, before it is taken; later give it back to that one."""
        if self._connection is not None and taken:
            self._connection.note_active()
        elif self._connection is not None:
            self._connection.activate_noted()

    def start(self, window: int) -> None:
        """Receive keys from now on, and keep this window out of task bars and task switchers."""
        if self._connection is not None:
            QGuiApplication.sync()  # the display must know the window before another connection names it
            self._connection.skip_taskbar(window)
            self._connection.listen(self.pressed.emit)


def _connect() -> XConnection | None:
    if QGuiApplication.platformName() != "xcb":
        return None
    try:
        return XConnection()
    except XUnavailable:
        return None
