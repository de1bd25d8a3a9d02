"""Checks whether the overlay can be shown, with Qt in a child process."""

from __future__ import annotations

import os

from bus.failures import Failure
from overlay.display import choose_platform
from session.doctor.child_process import run_python
from session.doctor.finding import Finding

_LIMIT_S = 10.0
_PROGRAM = "from PyQt6.QtGui import QGuiApplication as A; print(A(['cuecard']).platformName())"
_FIX = "run `make setup`, or: sudo apt install libegl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 "
_FIX += "libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libfontconfig1"
_ON_WAYLAND = (
    "windows cannot stay on top, choose their place or receive global keys; with XWayland they can, "
    "otherwise use the desktop's menu and its shortcuts for `cuecard answer`, `cuecard toggle`"
)


def display() -> Finding:
    """Check that there is a display and that Qt can draw on it."""
    try:
        platform = choose_platform()
    except Failure as failure:
        return Finding("display", None, failure.problem, failure.fix, needed=False)
    environment = {**os.environ, "QT_QPA_PLATFORM": platform} if platform else None
    result = run_python("-c", _PROGRAM, limit_s=_LIMIT_S, environment=environment)
    if result.error:
        return Finding("display", None, f"Qt cannot use it ({result.error})", _FIX, needed=False)
    detail = f"Qt draws on {result.output}"
    if result.output == "wayland":
        detail += f" ({_ON_WAYLAND})"
    return Finding("display", True, detail, needed=False)
