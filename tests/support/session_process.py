"""A session started by `cuecard …` in a separate process, with its JSON lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.support.desktop import Desktop
from tests.support.waiting import wait_until

Event = dict[str, Any]

NO_HURRY = {
    "CUECARD_LLM_CONNECT_TIMEOUT_S": "60",
    "CUECARD_LLM_FIRST_TOKEN_TIMEOUT_S": "120",
    "CUECARD_LLM_TOTAL_TIMEOUT_S": "300",
}
"""Gives the small model enough time on a busy machine."""


class Session:
    """A running session.

    Args:
        arguments: Arguments of `cuecard`.
        directory: A private directory with a short path, for its run directory.
        environment: Changes to the environment.
        stdin: Its standard input.
        desktop: Desktop to run it in, instead of the test runner's environment and run directory.
    """

    def __init__(
        self,
        *arguments: str,
        directory: Path,
        environment: Mapping[str, str] | None = None,
        stdin: int | None = subprocess.DEVNULL,
        desktop: Desktop | None = None,
    ) -> None:
        self.directory = directory
        surroundings = desktop.environment if desktop else {**os.environ, "XDG_RUNTIME_DIR": str(directory)}
        self.process = subprocess.Popen(
            desktop.cuecard(*arguments) if desktop else [sys.executable, "-m", "session", *arguments],
            env={**surroundings, **(environment or {})},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.events: list[Event] = []
        self.errors = b""
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for reader in self._readers:
            reader.start()

    def of(self, kind: str) -> list[Event]:
        """Return the events of a kind so far."""
        return [event for event in self.events if event["type"] == kind]

    def wait_for(self, kind: str, count: int = 1, timeout_s: float = 60.0) -> list[Event]:
        """Wait for so many events of a kind, and return them."""
        wait_until(lambda: len(self.of(kind)) >= count or self.process.poll() is not None, timeout_s)
        return self.of(kind)

    def pid(self, stage: str) -> int:
        """Return the latest process of a stage."""
        return next(event["pid"] for event in reversed(self.of("StageStarted")) if event["stage"] == stage)

    def children(self) -> list[psutil.Process]:
        """Return its running processes."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def end(self, timeout_s: float = 180.0) -> int:
        """Wait for the end and return the exit code."""
        code = self.process.wait(timeout_s)
        for reader in self._readers:
            reader.join(10)
        return code

    def left_behind(self) -> list[str]:
        """Return what outlived the session: processes of its stages, files of its run."""
        pids = {event["pid"] for event in self.of("StageStarted")}
        alive = [f"process {pid}" for pid in pids if psutil.pid_exists(pid) and not _is_zombie(pid)]
        return alive + [str(path) for path in self.directory.iterdir() if path.name.startswith("cuecard-")]

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self.events.append(json.loads(line))

    def _read_errors(self) -> None:
        assert self.process.stderr
        with self.process.stderr as errors:
            self.errors = errors.read()


@contextmanager
def running(*arguments: str, directory: Path, **options: Any) -> Iterator[Session]:
    """Run a session at most as long as the context lasts."""
    session = Session(*arguments, directory=directory, **options)
    try:
        yield session
    finally:
        if session.process.poll() is None:
            session.process.terminate()
            try:
                session.process.wait(10)
            except subprocess.TimeoutExpired:
                session.process.kill()
        session.end(10)


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
