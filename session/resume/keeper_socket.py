"""The keeper's socket, in the run's private directory: whoever asks there gets what is kept.

One at a time. What is given is only let go of when whoever took it says that it is in good hands: one who
dies in between has taken nothing.
"""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from bus.failures import MachineFailure
from bus.local_socket import check_same_user, listening_socket
from session.run.kept_session import DROP, GIVE, TAKEN, WORD_BYTES

_PATIENCE_S = 60.0
"""How long whoever takes it may be about it: a new hub is started meanwhile."""

_ASKED_WITHIN_S = 2.0


class Door:
    """Listens from the start, so that nothing has to be made later; answers only when it is told to.

    Args:
        address: Where the socket is.

    Raises:
        MachineFailure: It cannot be made.
    """

    def __init__(self, address: Path) -> None:
        self._address = address
        try:
            self._socket = listening_socket(address)
        except OSError as error:
            raise MachineFailure(
                f"the socket {address} cannot be made ({error.strerror or error})",
                kept="the session goes on, but could not be taken up again if it were killed",
                fix="free space in the run directory",
            ) from error

    def answer(self, body: bytes, timeout_s: float) -> bool:
        """Wait for somebody to ask, at most so long, and answer; tell whether to keep it no longer."""
        self._socket.settimeout(timeout_s)
        try:
            line, _ = self._socket.accept()
        except OSError:  # nobody came
            return False
        with line, contextlib.suppress(OSError):  # whoever goes away in between has taken nothing
            line.settimeout(_ASKED_WITHIN_S)
            check_same_user(line)
            match _word(line):
                case word if word == DROP:
                    line.sendall(DROP)
                    return True
                case word if word == GIVE:
                    line.settimeout(_PATIENCE_S)
                    line.sendall(len(body).to_bytes(8) + body)
                    return _word(line) == TAKEN
                case _:
                    return False
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        with contextlib.suppress(OSError):
            self._address.unlink(missing_ok=True)


def _word(line: socket.socket) -> bytes:
    word = b""
    while len(word) < WORD_BYTES and (more := line.recv(WORD_BYTES - len(word))):
        word += more
    return word
