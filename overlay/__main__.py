"""The overlay stage's process: `python -m overlay`."""

from __future__ import annotations

import os

from PyQt6.QtWidgets import QApplication

from bus.stage import Stage
from overlay.application import Overlay
from overlay.display import choose_platform
from overlay.settings import OverlaySettings


def main() -> None:
    """Show the session in a window until it ends or the window is closed."""
    with Stage("overlay") as stage:
        platform = choose_platform()
        if platform:
            os.environ["QT_QPA_PLATFORM"] = platform
        application = QApplication(["cuecard"])
        overlay = Overlay(stage, stage.settings(OverlaySettings))
        stage.enter_sandbox()
        stage.ready(application.platformName())
        overlay.run(application)


if __name__ == "__main__":
    main()
