"""Connects the stage to the window: applies events, redraws at a limited rate."""

from __future__ import annotations

import threading
import time

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication

from bus.messages import AnswerPainted, Logged, ProviderRequested, RequestDecided
from bus.stage import Stage
from overlay.requests import REQUESTS
from overlay.settings import OverlaySettings
from overlay.state.captions import Captions
from overlay.window import OverlayWindow

_DRAW_EVERY_MS = 50
_CHECK_EVERY_MS = 100
_POLL_S = 0.15


class Overlay(QObject):
    """The running overlay.

    Args:
        stage: This process's connection to the bus.
        settings: The overlay's settings.
    """

    _received = pyqtSignal(object)

    def __init__(self, stage: Stage, settings: OverlaySettings) -> None:
        super().__init__()
        self._stage, self._settings = stage, settings
        self._captions = Captions()
        self._painted_question = 0
        self.window = OverlayWindow(settings)
        self.window.closed.connect(lambda: stage.publish(REQUESTS["end"]()))
        self.window.answer_requested.connect(lambda: stage.publish(REQUESTS["answer"]()))
        self.window.request_decided.connect(
            lambda question, allowed: stage.publish(
                RequestDecided(question=question, allowed=allowed, by="overlay")
            )
        )
        self.window.provider_requested.connect(
            lambda provider, model: stage.publish(
                ProviderRequested(provider=provider, model=model, by="overlay")
            )
        )
        self._received.connect(self._apply)
        self._draw_timer = QTimer(self)
        self._draw_timer.setSingleShot(True)
        self._draw_timer.timeout.connect(self._draw)
        self._check_timer = QTimer(self)
        self._check_timer.timeout.connect(self._check_stage)

    def run(self, application: QApplication) -> None:
        """Show the window until the stage is asked to stop."""
        application.setQuitOnLastWindowClosed(False)  # the session ends first
        poller = threading.Thread(target=self._poll, name="listener")
        poller.start()
        self.window.draw(self._captions)
        self.window.show()
        self._check_timer.start(_CHECK_EVERY_MS)
        application.exec()
        self._stage.stop()
        poller.join()
        if self._settings.picture:
            self.window.grab().save(self._settings.picture)

    def _poll(self) -> None:
        """Receive events on a separate thread, so that hub and window never wait for each other."""
        while not self._stage.stopping():
            events = self._stage.poll(_POLL_S)
            if events:
                self._received.emit(events)

    def _apply(self, events: list[Logged]) -> None:
        for logged in events:
            self._captions.apply(logged)
        if not self._draw_timer.isActive():
            self._draw_timer.start(_DRAW_EVERY_MS)

    def _draw(self) -> None:
        """Draw, and report when the first text of an answer was drawn."""
        self.window.draw(self._captions)
        current = self._captions.current
        if current and current.answer and current.question != self._painted_question:
            self.window.repaint()
            self._painted_question = current.question
            self._stage.publish(AnswerPainted(question=current.question, painted_ns=time.monotonic_ns()))

    def _check_stage(self) -> None:
        self._stage.heartbeat()
        if self._stage.stopping():
            self.window.draw(self._captions)
            QApplication.quit()
