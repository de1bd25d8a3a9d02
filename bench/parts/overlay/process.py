"""Runs the window for the bench, and prints when each batch of events was painted."""

from __future__ import annotations

import os
import sys
import time

import msgspec
from PyQt6.QtWidgets import QApplication

from bus import messages as m
from bus.stage import Stage
from overlay.application import Overlay
from overlay.desktop.global_keys import GlobalKeys
from overlay.display import choose_platform
from overlay.settings import OverlaySettings
from overlay.state.captions import Captions
from overlay.window import OverlayWindow


class TimedOverlay(Overlay):
    """The window, which paints at once when it draws, and notes the time."""

    def __init__(self, stage: Stage, settings: OverlaySettings, keys: GlobalKeys) -> None:
        super().__init__(stage, settings, keys)
        self._newest_ns = 0
        self.times_ns: list[tuple[int, int]] = []

    def _apply(self, events: list[m.Logged]) -> None:
        self._newest_ns = max([self._newest_ns, *(each.logged_ns for each in events if each.seq)])
        super()._apply(events)

    def _draw(self) -> None:
        super()._draw()
        self.window.repaint()
        self.times_ns.append((self._newest_ns, time.monotonic_ns()))


def hostile_ms(text: str) -> float:
    """Return how long the window takes to draw this answer."""
    application = QApplication([])
    window = OverlayWindow(OverlaySettings())
    window.show()
    captions = Captions()
    question = m.QuestionDetected(
        question=1, source="call", utterance=1, text="?", confidence=1, kind="question"
    )
    captions.apply(m.Logged(1, 1, question))
    window.draw(captions)
    began_s = time.monotonic()
    captions.apply(m.Logged(2, 2, m.AnswerStreamed(question=1, delta=text, received_ns=1)))
    window.draw(captions)
    window.repaint()
    took_ms = (time.monotonic() - began_s) * 1000
    application.processEvents()
    return took_ms


def main() -> None:
    """Show the window until the bench ends it."""
    with Stage("overlay") as stage:
        os.environ["QT_QPA_PLATFORM"] = choose_platform()
        application = QApplication(["cuecard"])
        application.setQuitOnLastWindowClosed(False)
        overlay = TimedOverlay(stage, stage.settings(OverlaySettings), GlobalKeys({}))
        overlay.show()
        stage.ready()
        overlay.run(application)
        sys.stdout.buffer.write(msgspec.json.encode(overlay.times_ns))


if __name__ == "__main__":
    main()
