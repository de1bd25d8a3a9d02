"""A frameless window that stays on top and takes the keyboard only on request.

It is visible in screen sharing like every other window, on purpose. Flags of the native window are set
without hiding it, as Qt's widgets do.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QWidget

_FLAGS = (
    Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.WindowDoesNotAcceptFocus
)
"""Not Qt.Tool: openbox then reports a wrong position, and moves the window away when it is dragged."""


class BackgroundWindow(QWidget):
    """A window beside the one in which the user works."""

    keyboard_requested = pyqtSignal(bool)
    """The window is about to take the keyboard, or gives it back."""

    def __init__(self) -> None:
        super().__init__(None, _FLAGS)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)  # it never is the active window

    @property
    def clicks_pass(self) -> bool:
        """Whether clicks go to what is behind the window."""
        return self._has_flag(Qt.WindowType.WindowTransparentForInput)

    def set_click_through(self, *, on: bool) -> None:
        """Let clicks go to what is behind the window, or not."""
        self._set_flag(Qt.WindowType.WindowTransparentForInput, on=on)

    @property
    def has_keyboard(self) -> bool:
        """Whether it accepts the focus."""
        return not self._has_flag(Qt.WindowType.WindowDoesNotAcceptFocus)

    def take_keyboard(self) -> None:
        """Accept the focus until another window is chosen."""
        self.keyboard_requested.emit(True)
        self._set_flag(Qt.WindowType.WindowDoesNotAcceptFocus, on=False)
        self.show()
        self.activateWindow()

    def give_keyboard_back(self) -> None:
        """Accept no focus any more."""
        self.keyboard_requested.emit(False)
        self._set_flag(Qt.WindowType.WindowDoesNotAcceptFocus, on=True)
        self.clearFocus()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Give the keyboard back when another window is chosen."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._set_flag(Qt.WindowType.WindowDoesNotAcceptFocus, on=True)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Hide: a session ends only where its end was chosen."""
        if event is not None:
            event.ignore()
        self.hide()

    def _has_flag(self, flag: Qt.WindowType) -> bool:
        handle = self.windowHandle()
        return bool(handle and handle.flags() & flag)

    def _set_flag(self, flag: Qt.WindowType, *, on: bool) -> None:
        """Set or clear a flag of the native window, which is created if need be."""
        self.winId()
        if (handle := self.windowHandle()) is not None and bool(handle.flags() & flag) is not on:
            handle.setFlag(flag, on)
