"""View processes for tests: with output in a file, or in a pseudo-terminal."""

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

from bus import messages as m
from bus.run import Run
from tests.conftest import stage_environment
from tests.support.event_publishers import EventPublishers
from tests.support.waiting import wait_until

_COMMAND = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


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


class Terminal:
    """A view process in a pseudo-terminal."""

    def __init__(self, run: Run, columns: int = 80, rows: int = 24) -> None:
        self._own, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.set_blocking(self._own, False)
        self.before = termios.tcgetattr(its)
        self._its = its
        self.raw = ""
        self.child = view_process(run, "terminal", stdin=its, stdout=its)

    def read(self) -> str:
        with contextlib.suppress(BlockingIOError):  # nothing new
            self.raw += os.read(self._own, 1 << 16).decode(errors="replace")
        return _COMMAND.sub("", self.raw)

    def screen(self) -> str:
        """Return what stands on the screen: the view moves up only to clear everything below."""
        rows = [""]
        for text, up in re.findall(r"([^\x1b]*)(?:\x1b\[(\d+)A|\x1b\[[0-9;?]*[A-Za-z])?", self.raw):
            first, *more = text.replace("\r\n", "\n").replace("\r", "").split("\n")
            rows[-1:] = [rows[-1] + first, *more]
            if up:
                rows = [*rows[: max(len(rows) - 1 - int(up), 0)], ""]
        return "\n".join(rows)

    def until_shown(self, text: str) -> None:
        wait_until(lambda: text in self.read(), timeout_s=20)

    def press(self, key: str) -> None:
        os.write(self._own, key.encode())

    def now(self) -> list[Any]:
        return termios.tcgetattr(self._its)

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        wait_until(lambda: self.read() and self.child.poll() is not None)
        return self.child.wait()

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self._own)
        os.close(self._its)
