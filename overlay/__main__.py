"""The overlay stage's process: `python -m overlay`."""

from __future__ import annotations

import os
import sys

from PyQt6.QtWidgets import QApplication

from bus.failures import MachineFailure
from bus.stage import Stage
from overlay.application import Overlay
from overlay.settings import OverlaySettings


def main() -> None:
    """Show the session in a window until it ends or the window is closed."""
    with Stage("overlay") as stage:
        _require_display()
        application = QApplication(["cuecard"])
        overlay = Overlay(stage, stage.settings(OverlaySettings))
        stage.enter_sandbox()
        stage.ready(application.platformName())
        overlay.run(application)


def _require_display() -> None:
    """Look for a display ourselves: without one Qt ends the process before it can be said."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform == "linux" and not named:
        raise MachineFailure(
            "there is no display to show the window on",
            kept="the session goes on",
            todo="use --view terminal",
        )


if __name__ == "__main__":
    main()
