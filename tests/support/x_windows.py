"""Windows of an X display, and the keys and buttons of its user."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pytest
from Xlib import X, display, error
from Xlib.ext import xtest
from Xlib.protocol import event
from Xlib.XK import string_to_keysym
from Xlib.xobject.drawable import Window

from tests.support.waiting import wait_until

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Where a window is on the screen."""

    x: int
    y: int
    width: int
    height: int


class XDisplay:
    """A connection to an X display."""

    def __init__(self, name: str) -> None:
        self.connection = display.Display(name)
        self.root = self.connection.screen().root

    def titled(self, title: str) -> list[int]:
        """Return the windows of that title, also those that a window manager has put into a frame."""
        return [window.id for window in self._below(self.root) if _open(window.get_wm_name) == title]

    def of_program(self, name: str) -> list[int]:
        """Return the windows of that class, in frames and trays too."""
        return [window.id for window in self._below(self.root) if name in (_open(window.get_wm_class) or ())]

    def close(self, window: int) -> None:
        """Ask a window to close, as its close button does."""
        protocol, delete = (
            self.connection.intern_atom(name) for name in ("WM_PROTOCOLS", "WM_DELETE_WINDOW")
        )
        asked = event.ClientMessage(
            window=self._window(window), client_type=protocol, data=(32, [delete, X.CurrentTime, 0, 0, 0])
        )
        self._window(window).send_event(asked)
        self.connection.flush()

    def kill(self, window: int) -> None:
        """End the connection of the program that owns a window, as a dying display does."""
        self._window(window).kill_client()
        self.connection.sync()

    def is_visible(self, window: int) -> bool:
        """Return whether a window is on the screen."""
        return bool(self._window(window).get_attributes().map_state == X.IsViewable)

    def states(self, window: int) -> set[str]:
        """Return the names of its states, as window managers set them."""
        found = self._window(window).get_full_property(
            self.connection.intern_atom("_NET_WM_STATE"), X.AnyPropertyType
        )
        names = [self.connection.get_atom_name(atom) for atom in found.value] if found else []
        return {name.removeprefix("_NET_WM_STATE_") for name in names}

    def accepts_focus(self, window: int) -> bool:
        """Return whether it wants the keyboard."""
        hints = self._window(window).get_wm_hints()
        return bool(hints is None or hints.input)

    def focus(self, window: int) -> None:
        """Give a window the keyboard, and wait until it has it."""
        self._window(window).set_input_focus(X.RevertToParent, X.CurrentTime)
        self.connection.sync()
        wait_until(lambda: self.focused() == window)

    def focused(self) -> int:
        """Return the window that has the keyboard."""
        focus = self.connection.get_input_focus().focus
        return focus if isinstance(focus, int) else int(focus.id)

    def place(self, window: int) -> Place:
        """Return where a window is."""
        geometry = self._window(window).get_geometry()
        at = self.root.translate_coords(self._window(window), 0, 0)
        return Place(-at.x if at.x < 0 else at.x, at.y, geometry.width, geometry.height)

    def press(self, *keys: str) -> None:
        """Press keys together: "Control_L", "Alt_L", "h"."""
        codes = [self.connection.keysym_to_keycode(string_to_keysym(key)) for key in keys]
        for code in codes:
            xtest.fake_input(self.connection, X.KeyPress, code)
        for code in reversed(codes):
            xtest.fake_input(self.connection, X.KeyRelease, code)
        self.connection.sync()

    def drag(self, start: tuple[int, int], steps: Sequence[tuple[int, int]]) -> None:
        """Press the left button at a place, move through others and release it."""
        xtest.fake_input(self.connection, X.MotionNotify, x=start[0], y=start[1])
        xtest.fake_input(self.connection, X.ButtonPress, 1)
        for x, y in steps:
            xtest.fake_input(self.connection, X.MotionNotify, x=x, y=y)
            self.connection.sync()
        xtest.fake_input(self.connection, X.ButtonRelease, 1)
        self.connection.sync()

    def _window(self, window: int) -> Window:
        return self.connection.create_resource_object("window", window)

    def _below(self, window: Window) -> Iterator[Window]:
        tree = _open(window.query_tree)
        for child in tree.children if tree else ():
            yield child
            yield from self._below(child)


def _open(ask: Callable[[], T]) -> T | None:
    """Return what a window answers; None if it was closed meanwhile."""
    try:
        return ask()
    except error.BadWindow:
        return None


@contextmanager
def x_display(name: str) -> Iterator[XDisplay]:
    """Connect to this display."""
    view = XDisplay(name)
    try:
        yield view
    finally:
        view.connection.close()


@contextmanager
def window_manager(name: str, command: str = "openbox") -> Iterator[None]:
    """Run a window manager on this display; skip the test where it is not installed."""
    if shutil.which(command) is None:
        pytest.skip(f"{command} is not installed")
    manager = subprocess.Popen(
        [command], env={"DISPLAY": name, "HOME": "/nonexistent"}, stderr=subprocess.DEVNULL
    )
    try:
        with x_display(name) as view:
            check = view.connection.intern_atom("_NET_SUPPORTING_WM_CHECK")
            wait_until(lambda: view.root.get_full_property(check, X.AnyPropertyType))
            wait_until(lambda: _is_managing(view))
        yield
    finally:
        manager.terminate()
        manager.wait(10)


def _is_managing(view: XDisplay) -> bool:
    """Return whether the window manager shows a new window; while it starts it forgets some."""
    window = view.root.create_window(0, 0, 10, 10, 0, X.CopyFromParent)
    window.map()
    view.connection.sync()
    try:
        return wait_until(lambda: view.is_visible(window.id), 1.0)
    except AssertionError:
        return False
    finally:
        window.destroy()
        view.connection.sync()
