"""The overlay stage's process: `python -m overlay`."""

from __future__ import annotations

import os

from PyQt6.QtWidgets import QApplication

from bus.stage import Stage
from overlay.application import Overlay
from overlay.desktop import language
from overlay.desktop.global_keys import GlobalKeys
from overlay.display import choose_platform
from overlay.keys import global_keys
from overlay.settings import OverlaySettings


def main() -> None:
    """Show the session in a window until it ends."""
    with Stage("overlay") as stage:
        settings = stage.settings(OverlaySettings)
        keys = global_keys(settings.keys) if settings.global_keys else {}
        platform = choose_platform()
        if platform:
            os.environ["QT_QPA_PLATFORM"] = platform
        application = QApplication(["cuecard"])
        language.follow(application)
        application.setQuitOnLastWindowClosed(False)  # a hidden window does not end the session
        overlay = Overlay(stage, settings, GlobalKeys(keys))
        overlay.show()
        application.processEvents()  # the window is there while the rest starts
        stage.enter_sandbox()
        stage.ready(application.platformName())
        overlay.run(application)


if __name__ == "__main__":
    main()
