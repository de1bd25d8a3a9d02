"""Runs work beside the window: functions on threads, and a child process that prints levels."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from PyQt6.QtCore import QObject, QProcess, QProcessEnvironment, pyqtSignal

from bus.failures import Failure, MachineFailure
from bus.process.environment import SOUND_SERVERS, inherited
from bus.process.lifecycle import unexpected
from capture.level_watch import Levels

_STOP_MS = 1000

T = TypeVar("T")


class Background(QObject):
    """Runs functions on threads, and calls back on the window's thread.

    Args:
        parent: The window; after it is closed nothing is called back.
    """

    _finished = pyqtSignal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._open = True
        self._finished.connect(self._deliver)

    def run(self, work: Callable[[], T], on_done: Callable[[T | Failure], None]) -> None:
        """Run `work`, and pass its result or failure to `on_done`."""

        def run() -> None:
            result: Any
            try:
                result = work()
            except Failure as failure:
                result = failure
            except Exception as error:
                result = MachineFailure(unexpected(error))
            if self._open:
                self._finished.emit(on_done, result)

        threading.Thread(target=run, daemon=True).start()

    def call(self, on_done: Callable[[T], None], value: T) -> None:
        """Call a function on the window's thread, from any thread."""
        if self._open:
            self._finished.emit(on_done, value)

    def close(self) -> None:
        """Call nothing back from now on."""
        self._open = False

    def _deliver(self, on_done: Callable[[Any], None], result: Any) -> None:
        if self._open:
            on_done(result)


class LevelWatch(QObject):
    """The levels of devices, captured by a process in capture's sandbox.

    Args:
        parent: The window.
    """

    measured = pyqtSignal(object)
    """Levels of one moment."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._specs: dict[str, str] = {}

    def watch(self, specs: Mapping[str, str]) -> None:
        """Watch these sources instead of the present ones; none if it is empty."""
        if dict(specs) == self._specs:
            return
        self.stop()
        self._specs = dict(specs)
        if not specs:
            return
        process = self._process = QProcess(self)
        environment = QProcessEnvironment()
        for name, value in inherited(os.environ, SOUND_SERVERS).items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(lambda: self._read(process))
        process.setStandardErrorFile(QProcess.nullDevice())
        sources = [f"{name}={spec}" for name, spec in specs.items()]
        process.start(sys.executable, ["-P", "-m", "capture.level_watch", *sources])

    def stop(self) -> None:
        """Close the devices."""
        process, self._process, self._specs = self._process, None, {}
        if process is not None:
            process.kill()
            process.waitForFinished(_STOP_MS)
            process.deleteLater()

    def _read(self, process: QProcess) -> None:
        while process is self._process and process.canReadLine():
            self.measured.emit(msgspec.json.decode(process.readLine().data(), type=Levels))
