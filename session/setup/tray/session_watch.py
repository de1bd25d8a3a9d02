"""Watches for a session of this user: none, live or paused."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from bus import messages as m
from bus.client import HubClient
from bus.failures import Failure
from bus.run import Run
from bus.run.directories import live_sessions
from bus.wiring import CONTROL

State = Literal["idle", "live", "paused"]

_POLL_MS = 500
_KINDS: frozenset[type[m.Message]] = frozenset(
    {m.CaptureStarted, m.CapturePaused, m.CaptureResumed, m.CaptureEnded}
)


class SessionWatch(QObject):
    """Watches the newest session.

    Args:
        parent: Its owner.
    """

    changed = pyqtSignal(str)
    """The new state."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.state: State = "idle"
        self._directory: Path | None = None
        self._client: HubClient | None = None
        self._captured: set[str] = set()
        self._paused: set[str] = set()
        timer = QTimer(self)
        timer.timeout.connect(self.poll)
        timer.start(_POLL_MS)

    def poll(self) -> None:
        """Look for a session, and apply its events."""
        newest = next(iter(live_sessions()), None)
        if newest != self._directory:
            self._follow(newest)
        for logged in self._client.poll() if self._client else []:
            match logged.event:
                case m.CaptureStarted(source=source):
                    self._captured.add(source)
                case m.CaptureEnded(source=source):
                    self._captured.discard(source)
                case m.CapturePaused(source=source):
                    self._paused.add(source)
                case m.CaptureResumed(source=source):
                    self._paused.discard(source)
                case _:
                    pass
        self._publish()

    def close(self) -> None:
        """End the connection."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _follow(self, directory: Path | None) -> None:
        self.close()
        self._directory = directory
        self._captured.clear()
        self._paused.clear()
        if directory is None:
            return
        try:
            self._client = HubClient(CONTROL, Run.find(), kinds=_KINDS)
        except Failure:  # it is being created or removed
            self._directory = None

    def _publish(self) -> None:
        state: State = "idle" if self._directory is None else "live"
        if self._captured and self._captured <= self._paused:
            state = "paused"
        if state != self.state:
            self.state = state
            self.changed.emit(state)
