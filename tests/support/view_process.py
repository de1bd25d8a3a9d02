"""View processes for tests: with output in a file, or in a terminal emulator (pyte)."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pyte

from bus import messages as m
from bus.run import Run
from tests.conftest import stage_environment
from tests.support.event_publishers import EventPublishers
from tests.support.waiting import wait_until

_OTHER_SCREEN = re.compile(r"\x1b\[\?1049([hl])")


class View:
    """A view process with its output in a file."""

    def __init__(self, run: Run, kind: str, output: Path) -> None:
        self.output = output
        with output.open("wb") as file:
            self.child = view_process(run, kind, stdout=file.fileno(), stdin=subprocess.DEVNULL)

    def until_written(self, text: str) -> None:
        wait_until(lambda: text in self.output.read_text(), timeout_s=20)

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout=10)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.read_text().splitlines()]


def view_process(run: Run, kind: str, **streams: int) -> subprocess.Popen[bytes]:
    environment = {**stage_environment(run), "TERM": "xterm-256color"}
    return subprocess.Popen([sys.executable, "-m", "session.view", kind], env=environment, **streams)  # type: ignore[call-overload, no-any-return]


def publish(run: Run, *events: m.Event) -> None:
    with EventPublishers(run) as speakers:
        speakers.say_in_turn(events)


class Emulator:
    """A terminal emulator with a normal and an alternate screen."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screens = {side: pyte.Screen(columns, rows) for side in "hl"}
        self._side = "l"

    def feed(self, text: str) -> None:
        for number, piece in enumerate(_OTHER_SCREEN.split(text)):
            if number % 2:
                self._side = piece
            else:
                pyte.Stream(self._screens[self._side]).feed(piece)

    def resize(self, columns: int, rows: int) -> None:
        for screen in self._screens.values():
            screen.resize(rows, columns)

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self._screens[self._side].display]

    @property
    def is_alternate(self) -> bool:
        return self._side == "h"


class Terminal:
    """A view process in a terminal of its own."""

    def __init__(self, run: Run, columns: int = 80, rows: int = 24) -> None:
        self._own, self._its = pty.openpty()
        self.emulator = Emulator(columns, rows)
        self.resize(columns, rows)
        os.set_blocking(self._own, False)
        self.before = termios.tcgetattr(self._its)
        self.raw = ""
        self.child = view_process(run, "terminal", stdin=self._its, stdout=self._its)

    def resize(self, columns: int, rows: int) -> None:
        self.emulator.resize(columns, rows)
        fcntl.ioctl(self._its, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def rows(self) -> list[str]:
        """Return what stands on the screen."""
        with contextlib.suppress(BlockingIOError):  # nothing new
            while True:
                arrived = os.read(self._own, 1 << 16).decode(errors="replace")
                self.raw += arrived
                self.emulator.feed(arrived)
        return self.emulator.rows

    def screen(self) -> str:
        return "\n".join(self.rows())

    def until_shown(self, text: str) -> None:
        wait_until(lambda: text in self.screen(), timeout_s=20)

    def press(self, *keys: str) -> None:
        for key in keys:
            os.write(self._own, key.encode())

    def now(self) -> list[Any]:
        return termios.tcgetattr(self._its)

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        wait_until(lambda: self.rows() and self.child.poll() is not None)
        self.rows()
        return self.child.wait()

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self._own)
        os.close(self._its)
