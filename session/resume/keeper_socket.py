"""The keeper's server: hands the retained session to `cuecard resume`, over a Unix socket.

It serves one client at a time, and drops the session only after the client has confirmed receipt.
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

_HANDOVER_TIMEOUT_S = 60.0
"""How long a client may take to confirm; it starts a new hub meanwhile."""

_REQUEST_TIMEOUT_S = 2.0


class KeeperServer:
    """Creates its socket at once; answers only in `serve`.

    Args:
        address: Path of the socket.

    Raises:
        MachineFailure: It cannot be created.
    """

    def __init__(self, address: Path) -> None:
        self._address = address
        try:
            self._socket = listening_socket(address)
        except OSError as error:
            raise MachineFailure(
                f"the socket {address} cannot be created ({error.strerror or error})",
                kept="the session keeps running, but cannot be resumed if it is killed",
                fix="free space in the run directory",
            ) from error

    def serve(self, body: bytes, timeout_s: float) -> bool:
        """Serve one client, waiting at most this long for it; return whether `body` can be dropped."""
        self._socket.settimeout(timeout_s)
        try:
            connection, _ = self._socket.accept()
        except OSError:  # no client
            return False
        with connection, contextlib.suppress(OSError):  # a client that disconnects has received nothing
            connection.settimeout(_REQUEST_TIMEOUT_S)
            check_same_user(connection)
            match _receive_word(connection):
                case word if word == DROP:
                    connection.sendall(DROP)
                    return True
                case word if word == GIVE:
                    connection.settimeout(_HANDOVER_TIMEOUT_S)
                    connection.sendall(len(body).to_bytes(8) + body)
                    return _receive_word(connection) == TAKEN
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


def _receive_word(connection: socket.socket) -> bytes:
    word = b""
    while len(word) < WORD_BYTES and (more := connection.recv(WORD_BYTES - len(word))):
        word += more
    return word
