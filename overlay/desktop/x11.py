"""X11 features that Qt lacks: window states, and global keys.

Only the keys that were chosen are received; nothing else that is typed reaches this process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from Xlib import XK, X, display, error
from Xlib.protocol import event as x_event
from Xlib.xobject.drawable import Window

from overlay.keys import normalized

_MODIFIERS = {
    "ctrl": X.ControlMask,
    "alt": X.Mod1Mask,
    "shift": X.ShiftMask,
    "meta": X.Mod4Mask,
    "super": X.Mod4Mask,
}
_LOCKS = (0, X.LockMask, X.Mod2Mask, X.LockMask | X.Mod2Mask)
"""Caps Lock and Num Lock count as modifiers for X, but not for the user."""
_KEYSYMS = {
    "-": "minus", "=": "equal", "+": "plus", "plus": "plus", ",": "comma", ".": "period", "[": "bracketleft",
    "]": "bracketright", ";": "semicolon", "'": "apostrophe", "/": "slash", "\\": "backslash", "`": "grave",
    "esc": "Escape", "space": "space", "up": "Up", "down": "Down", "left": "Left", "right": "Right",
    "return": "Return", "enter": "Return", "tab": "Tab", "home": "Home", "end": "End", "pgup": "Prior",
    "pgdown": "Next", "ins": "Insert", "del": "Delete", "print": "Print", "pause": "Pause",
}  # fmt: skip
_SOURCE_APPLICATION, _SOURCE_PAGER = 1, 2
"""A window manager obeys requests that the user made, as with a pager, at once."""
_ADD = 1


@dataclass(frozen=True)
class Grab:
    """A key that works everywhere."""

    action: str
    key: str
    code: int
    modifiers: int


class XUnavailable(Exception):
    """The display does not accept a second connection."""


class XConnection:
    """A connection of its own to the display that Qt draws on.

    Raises:
        XUnavailable: There is none.
    """

    def __init__(self) -> None:
        try:
            self._display = display.Display()
        except (error.DisplayError, error.XauthError, OSError) as failure:
            raise XUnavailable(str(failure)) from failure
        self._root = self._display.screen().root
        self._grabs: list[Grab] = []
        self._active = self._display.intern_atom("_NET_ACTIVE_WINDOW")
        self._noted = 0
        self._managed = self._display.intern_atom("WM_STATE")
        """A window manager sets it when it shows a window."""
        self._states = [
            self._display.intern_atom(f"_NET_WM_STATE_{name}") for name in ("SKIP_TASKBAR", "SKIP_PAGER")
        ]

    def skip_taskbar(self, window: int) -> None:
        """Keep a window out of task bars and task switchers, each time that a window manager shows it."""
        managed = self._display.create_resource_object("window", window)
        managed.change_attributes(event_mask=X.PropertyChangeMask)
        self._display.sync()  # before the window is shown

    def note_active(self) -> None:
        """Remember the window that is active now."""
        found = self._root.get_full_property(self._active, X.AnyPropertyType)
        self._noted = int(found.value[0]) if found and found.value else 0

    def activate_noted(self) -> None:
        """Ask the window manager to activate the window that was remembered."""
        if self._noted:
            window = self._display.create_resource_object("window", self._noted)
            self._send_to_manager(window, self._active, [_SOURCE_PAGER, X.CurrentTime, 0, 0, 0])

    def grab(self, keys: Mapping[str, str]) -> list[tuple[str, str]]:
        """Receive these keys wherever the keyboard is.

        Args:
            keys: Keys by action, such as "Ctrl+Alt+A".

        Returns:
            The actions and keys that cannot be received: unknown ones, and those of other programs.
        """
        missing: list[tuple[str, str]] = []
        for action, key in keys.items():
            code, modifiers = self._code(key)
            if code and self._grab(code, modifiers):
                self._grabs.append(Grab(action, key, code, modifiers))
            else:
                missing.append((action, key))
        return missing

    def listen(self, pressed: Callable[[str], None]) -> None:
        """Call `pressed` with the action of each key, on a thread that ends with the process."""
        threading.Thread(target=self._listen, args=(pressed,), name="keys", daemon=True).start()

    def _listen(self, pressed: Callable[[str], None]) -> None:
        locks = X.LockMask | X.Mod2Mask
        while True:
            try:
                event = self._display.next_event()
            except (error.ConnectionClosedError, OSError):
                return
            if (
                event.type == X.PropertyNotify
                and event.atom == self._managed
                and event.state == X.PropertyNewValue
            ):
                self._set_states(event.window)
            if event.type == X.KeyPress:
                place = event.detail, event.state & ~locks & 0xFF
                for grab in self._grabs:
                    if (grab.code, grab.modifiers) == place:
                        pressed(grab.action)

    def _set_states(self, window: Window) -> None:
        state = self._display.intern_atom("_NET_WM_STATE")
        self._send_to_manager(window, state, [_ADD, *self._states, _SOURCE_APPLICATION, 0])

    def _send_to_manager(self, window: Window, kind: int, data: list[int]) -> None:
        request = x_event.ClientMessage(window=window, client_type=kind, data=(32, data))
        mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
        self._root.send_event(request, event_mask=mask)
        self._display.flush()

    def _grab(self, code: int, modifiers: int) -> bool:
        failures = error.CatchError(error.BadAccess)
        for locks in _LOCKS:
            self._root.grab_key(
                code, modifiers | locks, False, X.GrabModeAsync, X.GrabModeAsync, onerror=failures
            )
        self._display.sync()
        if failures.get_error() is not None:
            for locks in _LOCKS:
                self._root.ungrab_key(code, modifiers | locks)
            return False
        return True

    def _code(self, key: str) -> tuple[int, int]:
        """Return the key code and the modifiers of a key; 0 where the keyboard has no such key."""
        *names, last = _parts(key)
        if not {*names} <= _MODIFIERS.keys():
            return 0, 0
        symbol = XK.string_to_keysym(_KEYSYMS.get(last, last if len(last) == 1 else last.capitalize()))
        modifiers = 0
        for name in names:
            modifiers |= _MODIFIERS[name]
        return (self._display.keysym_to_keycode(symbol) if symbol else 0), modifiers


def _parts(key: str) -> Iterable[str]:
    return normalized(key).split("+")
