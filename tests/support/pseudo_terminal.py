"""A program on a pseudo-terminal, with typed input and its visible output."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.support.waiting import wait_until

_ON_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class PseudoTerminal:
    """A program on a pseudo-terminal.

    Args:
        arguments: Arguments of the interpreter.
        environment: The whole environment.
    """

    def __init__(self, *arguments: str, environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.shown = ""
        """Text on the terminal."""
        self._program = subprocess.Popen(
            [sys.executable, "-c", _ON_TERMINAL, sys.executable, *arguments],
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

    def type_at(self, prompt: str, text: str) -> None:
        """Wait for a prompt, and type a line."""
        wait_until(lambda: prompt in self._look(), timeout_s=30)
        os.write(self._ours, text.encode() + b"\n")

    @property
    def pid(self) -> int:
        """Process ID of the program."""
        return self._program.pid

    def wait_to_see(self, text: str, count: int = 1) -> None:
        """Wait until a text is on the terminal so often."""
        wait_until(lambda: self._look().count(text) >= count, timeout_s=60)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self._ours, b"\x03")

    def end(self) -> int:
        """Wait for the program's end and return its exit code."""
        wait_until(lambda: self._look() is not None and self._program.poll() is not None, timeout_s=60)
        self._look()
        return self._program.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._program.poll() is None:
            self._program.kill()
            self._program.wait(5)
        os.close(self._ours)

    def _look(self) -> str:
        while select.select([self._ours], [], [], 0)[0]:
            try:
                self.shown += os.read(self._ours, 4096).decode(errors="replace")
            except OSError:  # the program has ended, and closed its terminal
                break
        return self.shown
