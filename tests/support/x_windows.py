"""Closes windows of an X display, as a window manager does, or cuts their connection."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_CLIENT_MESSAGE = 33
_LONGS_OF_AN_EVENT = 24


class _ClientMessage(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("padding", ctypes.c_long * _LONGS_OF_AN_EVENT),
    )


class XDisplay:
    """A connection to an X display."""

    def __init__(self, x11: ctypes.CDLL, connection: int) -> None:
        self._x11, self._connection = x11, ctypes.c_void_p(connection)

    def titled(self, title: str) -> list[int]:
        """Return the top-level windows of that title."""
        root, parent = ctypes.c_ulong(), ctypes.c_ulong()
        children, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        self._x11.XQueryTree(
            self._connection,
            ctypes.c_ulong(self._x11.XDefaultRootWindow(self._connection)),
            *(ctypes.byref(each) for each in (root, parent, children, count)),
        )
        return [window for window in children[: count.value] if self._title(window) == title]

    def close(self, window: int) -> None:
        """Ask the window to close."""
        asked = _ClientMessage(type=_CLIENT_MESSAGE, window=window, format=32)
        asked.message_type = self._atom(b"WM_PROTOCOLS")
        asked.data[0] = self._atom(b"WM_DELETE_WINDOW")
        self._x11.XSendEvent(
            self._connection, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(asked)
        )
        self._x11.XFlush(self._connection)

    def kill(self, window: int) -> None:
        """Cut the connection of the window's program to the display."""
        self._x11.XKillClient(self._connection, ctypes.c_ulong(window))
        self._x11.XFlush(self._connection)

    def _atom(self, name: bytes) -> int:
        return int(self._x11.XInternAtom(self._connection, name, 0))

    def _title(self, window: int) -> str:
        name = ctypes.c_char_p()
        self._x11.XFetchName(self._connection, ctypes.c_ulong(window), ctypes.byref(name))
        return (name.value or b"").decode()


@contextmanager
def x_display(name: str) -> Iterator[XDisplay]:
    """Connect to the X display of that name."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XInternAtom.restype = ctypes.c_ulong
    connection = x11.XOpenDisplay(name.encode())
    assert connection, f"display {name} does not answer"
    try:
        yield XDisplay(x11, connection)
    finally:
        x11.XCloseDisplay(ctypes.c_void_p(connection))
