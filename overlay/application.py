"""Connects the stage to the window: draws events at a limited rate, publishes actions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication

from bus import messages as m
from bus.stage import Stage
from overlay.actions import Actions
from overlay.desktop import appearance
from overlay.desktop.announcer import Announcer
from overlay.desktop.global_keys import GlobalKeys
from overlay.drops import Drops
from overlay.keys import ACTIONS
from overlay.settings import OverlaySettings
from overlay.state.captions import Captions
from overlay.texts import sentences
from overlay.window import OverlayWindow

_DRAW_EVERY_MS = 33
_DRAW_LEVELS_EVERY_MS = 200
_CHECK_EVERY_MS = 100
_POLL_S = 0.15


class Overlay(QObject):
    """The running overlay.

    Args:
        stage: This process's connection to the bus.
        settings: The overlay's settings.
        keys: Receives the keys that work everywhere.
    """

    _received = pyqtSignal(object)

    def __init__(self, stage: Stage, settings: OverlaySettings, keys: GlobalKeys) -> None:
        super().__init__()
        self._stage, self._settings, self._keys = stage, settings, keys
        self._captions = Captions()
        self._drawn_s = 0.0
        self._painted = 0
        """The newest question whose answer is on the screen."""
        self.window = OverlayWindow(settings, keys.bound)
        self.window.published.connect(stage.publish)
        self._actions = Actions(self.window)
        self._drops = Drops(self.window)
        self._announcer = Announcer(self.window, settings.announce)
        self._received.connect(self._apply)
        keys.pressed.connect(self._actions.act)
        self.window.keyboard_requested.connect(keys.take_keyboard)
        self._bind_window_keys()
        appearance.follow(settings, self.window.set_theme)
        self._draw_timer = self._timer(self._draw)
        self._level_timer = self._timer(self._draw_levels)
        self._check_timer = QTimer(self)
        self._check_timer.timeout.connect(self._check_stage)

    def show(self) -> None:
        """Show the window, before anything has happened."""
        self._keys.start(int(self.window.winId()))
        self.window.draw(self._captions)
        self.window.show()

    def run(self, application: QApplication) -> None:
        """Receive events and draw them until the stage is asked to stop."""
        for action, key in self._keys.missing:
            self._stage.publish(
                m.ProblemReported(
                    stage="overlay",
                    topic=f"key {action}",
                    problem=sentences.key_taken(key, ACTIONS[action].label),
                    fix=sentences.key_fix(action),
                )
            )
        poller = threading.Thread(target=self._poll, name="listener")
        poller.start()
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

    def _apply(self, events: list[m.Logged]) -> None:
        logged = False
        for each in events:
            self._captions.apply(each)
            logged |= each.seq > 0
            if isinstance(each.event, m.WindowRequested) and time.monotonic_ns() - each.logged_ns < 10**9:
                self.window.show_or_hide(each.event.action)  # not one of before a restart
        if any(isinstance(each.event, m.LogRedacted) for each in events):
            self._announcer.forget(self._captions)
            self.window.forget(self._captions)
        if not logged:
            if not self._level_timer.isActive():
                self._level_timer.start(_DRAW_LEVELS_EVERY_MS)
        elif not self._draw_timer.isActive():
            since_ms = (time.monotonic() - self._drawn_s) * 1000
            self._draw_timer.start(round(max(_DRAW_EVERY_MS - since_ms, 0)))

    def _draw(self) -> None:
        self._drawn_s = time.monotonic()
        self._announcer.draw(self._captions)
        if not self.window.is_seen:
            return
        self.window.draw(self._captions)
        current = self._captions.current if self.window.isVisible() else None
        if current is not None and current.answer and current.question > self._painted:
            self._painted = current.question
            self.window.repaint()  # at once, so that the time is that of the picture
            painted_ns = time.monotonic_ns()
            self._stage.publish(m.AnswerPainted(question=current.question, painted_ns=painted_ns))

    def _draw_levels(self) -> None:
        if self.window.isVisible():
            self.window.draw_levels(self._captions)

    def _check_stage(self) -> None:
        self._stage.heartbeat()
        if self._stage.stopping():
            self.window.draw(self._captions)
            QApplication.quit()

    def _bind_window_keys(self) -> None:
        for action in ACTIONS.values():
            for key in action.window_key.split():
                shortcut = QShortcut(QKeySequence(key), self.window)
                shortcut.activated.connect(lambda name=action.name: self._actions.act(name))

    def _timer(self, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(act)
        return timer
