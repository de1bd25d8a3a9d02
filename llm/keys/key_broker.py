"""Reads stored keys for the llm, which opens no socket: `python -m llm.keys.key_broker`.

Started before the llm's sandbox is complete, with the same rights to files; it may connect to local programs
such as the message bus, and opens no internet socket. It ends with its standard input.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

import msgspec

from bus.process.private_memory import forbid_memory_access
from bus.sandbox import seccomp
from llm.keys import keychain
from llm.keys.keychain import Outcome

_END_TIMEOUT_S = 1.0
_replies = msgspec.json.Decoder(tuple[Outcome, str])


class KeyBroker:
    """The process that reads keys from the system's key store. Thread-safe."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-PB", "-m", "llm.keys.key_broker"],  # its sandbox lets it write no bytecode
            env=keychain.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def wait_ready(self) -> None:
        """Wait until its filter is loaded, so that nothing of the session is known before."""
        assert self._process.stdout
        self._process.stdout.readline()

    def read(self, name: str) -> tuple[Outcome, str]:
        """Return the outcome of a lookup, and the key."""
        assert self._process.stdin
        assert self._process.stdout
        with self._one_at_a_time:
            try:
                self._process.stdin.write(msgspec.json.encode(name) + b"\n")
                self._process.stdin.flush()
                return _replies.decode(self._process.stdout.readline())
            except (OSError, ValueError, msgspec.DecodeError):  # it has died
                return Outcome.FAILED, ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        with contextlib.suppress(OSError), self._process:  # closes the pipes in the end
            self._process.stdin.close()
            try:
                self._process.wait(_END_TIMEOUT_S)
            except subprocess.TimeoutExpired:  # a lookup is in progress
                self._process.kill()


def main() -> None:
    """Answer every request, one a line, until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    forbid_memory_access()
    if seccomp.supported():
        seccomp.load(seccomp.Sockets(local=True))  # where it is refused, the llm does not start either
    _send(b"")
    for line in sys.stdin.buffer:
        _send(msgspec.json.encode(keychain.read(msgspec.json.decode(line, type=str))))


def _send(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
