"""Chooses the platform Qt draws on, before Qt would abort the process without one."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from bus.failures import MachineFailure

_REPLY_TIMEOUT_S = 2.0
_LOCAL = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")
_REMOTE = re.compile(r"([^:/]+):(\d+)(?:\.\d+)?")
_FIRST_PORT = 6000
_X_CURSORS = "libxcb-cursor.so.0"


def choose_platform(environment: Mapping[str, str] = os.environ) -> str:
    """Return what Qt is to draw on: "xcb", "wayland", or "" where Qt itself knows.

    X comes first where both exist: a Wayland compositor lets no window stay on top by itself.

    Raises:
        MachineFailure: There is no display, it does not answer, or Qt lacks a library to use it.
    """
    if sys.platform != "linux" or environment.get("QT_QPA_PLATFORM"):
        return ""
    named = environment.get("DISPLAY", "")
    if named and _answers(x_address(named)) and _has_library(_X_CURSORS):
        return "xcb"
    if environment.get("WAYLAND_DISPLAY") and _answers(wayland_address(environment)):
        return "wayland"
    if not named:
        raise _failure("no display is available for the window")
    if not _answers(x_address(named)):
        raise _failure(f"the display {named} does not respond")
    raise _failure(f"Qt cannot show a window without {_X_CURSORS}", "install libxcb-cursor0, or ")


def x_address(display: str) -> str | tuple[str, int] | None:
    """Return the address of an X display named like ":0" or "host:10.0"; None for another kind of name."""
    if local := _LOCAL.fullmatch(display):
        return f"/tmp/.X11-unix/X{local[1]}"
    if remote := _REMOTE.fullmatch(display):
        return remote[1], _FIRST_PORT + int(remote[2])
    return None


def wayland_address(environment: Mapping[str, str]) -> str:
    """Return the socket of the Wayland compositor that the environment names."""
    return str(Path(environment.get("XDG_RUNTIME_DIR", "/run")) / environment["WAYLAND_DISPLAY"])


def _answers(address: str | tuple[str, int] | None) -> bool:
    if address is None:
        return True  # a name that only Qt can resolve
    if isinstance(address, tuple):
        try:
            socket.create_connection(address, _REPLY_TIMEOUT_S).close()
        except OSError:
            return False
        return True
    # An X server also listens in Linux's abstract namespace, and sometimes only there.
    return any(_connects(path) for path in (address, f"\0{address}"))


def _connects(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_REPLY_TIMEOUT_S)
        try:
            connection.connect(path)
        except OSError:
            return False
    return True


def _has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _failure(problem: str, fix: str = "") -> MachineFailure:
    return MachineFailure(problem, kept="the session keeps running", fix=f"{fix}use --view terminal")
