"""Flags of a native window, set without hiding the window as Qt's widgets do."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget


def has_flag(window: QWidget, flag: Qt.WindowType) -> bool:
    """Return whether the native window has a flag."""
    handle = window.windowHandle()
    return bool(handle and handle.flags() & flag)


def set_flag(window: QWidget, flag: Qt.WindowType, *, on: bool) -> None:
    """Set or clear a flag of the native window, which is created if need be."""
    window.winId()
    if (handle := window.windowHandle()) is not None and bool(handle.flags() & flag) is not on:
        handle.setFlag(flag, on)
