"""The tray icon: `python -m session.setup.tray.icon [--start]`. It starts, pauses and ends sessions.

It uses the same requests as the commands. It has no sandbox, because the sessions that it starts inherit it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QLockFile, QObject, QPointF, QRectF, Qt, QTimer
from PyQt6.QtGui import QAction, QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap
from PyQt6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from bus.failures import Failure, MachineFailure
from bus.process.lifecycle import report_crash
from bus.run.directories import live_sessions
from overlay.display import choose_platform
from overlay.texts import strings as shared
from overlay.texts.sentences import sentences
from session.control import requests
from session.desktop_entry import program
from session.setup import look, strings
from session.setup.background import Background
from session.setup.tray.session_watch import SessionWatch, State

START = "--start"

_SIZES_PX = (16, 22, 24, 32, 48, 64)
_INK, _PAPER = "#14171c", "#ffffff"
"""Dark on light with a light edge, so that it is seen on any panel."""
_LOOK_FOR_TRAY_MS, _LOOKS = 500, 6
"""A panel that starts with the desktop may need a moment."""

_TEXTS: dict[State, str] = {
    "idle": strings.TRAY_IDLE,
    "live": strings.TRAY_LIVE,
    "paused": strings.TRAY_PAUSED,
}


class Tray(QObject):
    """The icon and its menu.

    Args:
        parent: The application.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.icon, self.menu = QSystemTrayIcon(self), QMenu()
        self.watch, self._background = SessionWatch(self), Background(self)
        self._sessions = 0
        """Sessions that it started and that still run."""
        self._leaves = False
        self.state = self._add("", None)
        self.state.setEnabled(False)
        self.menu.addSeparator()
        self.start = self._add(strings.START, self.start_session)
        self.toggle = self._add(strings.SHOW_OR_HIDE, partial(self._request, "toggle"))
        self.pause = self._add(strings.PAUSE, self._pause)
        self.end = self._add(strings.END, partial(self._request, "end"))
        self.menu.addSeparator()
        self.settings = self._add(strings.SETTINGS, self._open_settings)
        self.quit = self._add(strings.QUIT, self._quit)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.watch.changed.connect(self.draw)
        self.watch.poll()
        self.draw(self.watch.state)

    def draw(self, state: State) -> None:
        """Show a state."""
        self.icon.setIcon(icon(state))
        self.icon.setToolTip(_TEXTS[state])
        self.state.setText(_TEXTS[state])
        self.start.setVisible(state == "idle")
        for action in (self.toggle, self.pause, self.end):
            action.setVisible(state != "idle")
        self.pause.setText(strings.UNPAUSE if state == "paused" else strings.PAUSE)
        self.quit.setText(strings.QUIT if state == "idle" else strings.QUIT_LIVE)

    def start_session(self) -> None:
        """Start a session, as `cuecard` does."""
        self._sessions += 1
        self.start.setEnabled(False)
        QTimer.singleShot(2000, lambda: self.start.setEnabled(True))
        self._background.run(_run_session, self._ended)

    def say(self, text: str) -> None:
        """Show a message beside the icon."""
        self.icon.showMessage(shared.TITLE, text, icon("idle"))

    def _add(self, text: str, act: object) -> QAction:
        action = QAction(text, self.menu)
        self.menu.addAction(action)
        if callable(act):
            action.triggered.connect(lambda: act())
        return action

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        """Show or hide the window on a click, or start a session."""
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            (self.start if self.watch.state == "idle" else self.toggle).trigger()

    def _pause(self) -> None:
        self._request("unpause" if self.watch.state == "paused" else "pause")

    def _request(self, command: str) -> None:
        self._background.run(lambda: requests.request(command), self._requested)

    def _requested(self, done: Failure | None) -> None:
        if done is not None:
            self.say(sentences(done.problem, done.fix))

    def _open_settings(self) -> None:
        command = [*program(), "settings"]
        nowhere = subprocess.DEVNULL
        subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)

    def _ended(self, done: Failure | None) -> None:
        self._sessions -= 1
        if self._leaves and not self._sessions:
            QApplication.quit()
        elif done is not None:
            self.say(sentences(strings.NOT_STARTED, done.problem))

    def _quit(self) -> None:
        """Hide the icon; the process stays as long as a session that it started writes to it."""
        self.icon.hide()
        self._leaves = True
        self.watch.close()
        if not self._sessions:
            QApplication.quit()


def icon(state: State) -> QIcon:
    """Return the icon: an empty card, one with lines of text while live, one with two bars while paused."""
    made = QIcon()
    for size_px in _SIZES_PX:
        pixmap = QPixmap(size_px, size_px)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size_px / 32, size_px / 32)
        _paint(painter, state)
        painter.end()
        made.addPixmap(pixmap)
    return made


def _paint(painter: QPainter, state: State) -> None:
    """Paint on 32 x 32 pixels."""
    card = QPainterPath()
    card.addRoundedRect(QRectF(2, 4, 28, 19), 4, 4)
    tail = QPainterPath(QPointF(8, 22))
    for x, y in ((8, 30), (16, 22)):
        tail.lineTo(x, y)
    card = card.united(tail)
    painter.setPen(QPen(QColor(_INK), 4))
    painter.drawPath(card)
    painter.setPen(QPen(QColor(_PAPER), 2))
    painter.setBrush(QColor(_INK if state == "idle" else _PAPER))
    painter.drawPath(card)
    ink = QPen(QColor(_INK), 3.4)
    ink.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(ink)
    lines = {
        "idle": (),
        "live": ((8, 10, 20, 10), (8, 17, 24, 17)),
        "paused": ((13, 9, 13, 18), (20, 9, 20, 18)),
    }[state]
    for line in lines:
        painter.drawLine(*line)


def _run_session() -> None:
    """Run `cuecard` until it ends; it continues if this process is killed.

    Raises:
        MachineFailure: It ended with a failure.
    """
    nowhere = subprocess.DEVNULL
    done = subprocess.run(
        program(),
        stdin=nowhere,
        stdout=nowhere,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        check=False,
    )
    lines = done.stderr.strip().splitlines()
    if done.returncode > 0 and lines:
        raise MachineFailure(lines[-1].removeprefix("cuecard: "))


def _lock() -> QLockFile:
    """Return the lock that only one tray icon of a user can have."""
    folder = Path(platformdirs.user_runtime_dir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return QLockFile(str(folder / "cuecard-tray.lock"))


def _when_there_is_a_tray(application: QApplication, show: Callable[[], None], looks: int = 0) -> None:
    """Call `show` once the desktop has a tray; exit if it has none after a few looks."""
    if QSystemTrayIcon.isSystemTrayAvailable():
        show()
    elif looks >= _LOOKS:
        application.exit(MachineFailure.exit_code)
    else:
        QTimer.singleShot(_LOOK_FOR_TRAY_MS, lambda: _when_there_is_a_tray(application, show, looks + 1))


def main() -> int:
    """Show the icon until it is quit."""
    report_crash("tray")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    try:
        if platform := choose_platform():
            os.environ["QT_QPA_PLATFORM"] = platform
    except Failure as failure:
        print(f"cuecard: {failure}", file=sys.stderr)
        return failure.exit_code
    application = look.application()
    application.setQuitOnLastWindowClosed(False)
    lock = _lock()
    starts = START in sys.argv
    if not lock.tryLock(0):
        return _without_icon(strings.TRAY_RUNS, 0, starts=starts and not live_sessions())

    def show() -> None:
        tray = Tray(application)
        tray.icon.show()
        if starts and tray.watch.state == "idle":
            tray.start_session()

    QTimer.singleShot(0, lambda: _when_there_is_a_tray(application, show))
    code = application.exec()
    if code == MachineFailure.exit_code:
        return _without_icon(strings.NO_TRAY, code, starts=starts and not live_sessions())
    return code


def _without_icon(why: str, code: int, *, starts: bool) -> int:
    """Say why there is no icon of this process; become a session if one is to be started."""
    print(why, file=sys.stderr, flush=True)
    if starts:
        os.execv(program()[0], program())
    return code


if __name__ == "__main__":
    sys.exit(main())
