"""Passes rings between processes: their descriptors or names, over Unix sockets.

Reads no audio and imports no numpy: the supervisor, which passes descriptors on, starts sooner without it.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from bus.failures import MachineFailure
from bus.local_socket import BACKLOG, bound_socket, check_same_user

CHANNEL_VARIABLE = "CUECARD_RING_CHANNEL"
"""File descriptor of the stage's end of its pair."""

RING_BEFORE_VARIABLE = "CUECARD_RING_BEFORE"
"""File descriptor of the ring of an earlier capture process of the same source."""

ANSWER_TIMEOUT_S = 2.0


class RingHandle:
    """The writer's handle on shared memory: a descriptor on Linux, a name elsewhere."""

    def __init__(self, descriptor: int | None, name: str, close: Callable[[], None]) -> None:
        self.descriptor, self.name, self.close = descriptor, name, close


def ring_descriptor(address: Path, *, timeout_s: float = ANSWER_TIMEOUT_S) -> int:
    """Return a descriptor of the ring that is served at `address`; it outlives the writer (Linux).

    Raises:
        OSError: No ring is served there.
    """
    with connected_to(address, timeout_s) as connection:
        _, descriptors, _, _ = socket.recv_fds(connection, 64, 1)
    if not descriptors:
        raise ConnectionResetError("no descriptor was sent")
    return descriptors[0]


@contextlib.contextmanager
def connected_to(address: Path, timeout_s: float) -> Iterator[socket.socket]:
    """Connect to the ring server at `address`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        connection.connect(str(address))
        check_same_user(connection)
        yield connection


def ring_socket(address: Path) -> socket.socket:
    """Return a socket bound to `address`, for a ring that is served later.

    Raises:
        MachineFailure: It cannot be created.
    """
    try:
        return bound_socket(address)
    except OSError as error:
        raise MachineFailure(
            f"the socket {address} cannot be made ({error.strerror or error})",
            kept="nothing was started",
            fix=fix_for(error, "free space in the run directory, or set XDG_RUNTIME_DIR to another one"),
        ) from error


class RingServer:
    """Shares the ring with processes of the same user that connect.

    Args:
        bound: A socket from `ring_socket`; it is closed at the end.
        handle: The ring.
    """

    def __init__(self, bound: socket.socket, handle: RingHandle) -> None:
        self._address, self._socket, self._handle = Path(bound.getsockname()), bound, handle
        bound.listen(BACKLOG)
        threading.Thread(target=self._serve, name="ring-server", daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed
                return
            with connection, contextlib.suppress(OSError):  # the reader has disconnected
                connection.settimeout(ANSWER_TIMEOUT_S)
                check_same_user(connection)
                if self._handle.descriptor is not None:
                    socket.send_fds(connection, [b"ring"], [self._handle.descriptor])
                else:
                    connection.sendall(self._handle.name.encode())

    def close(self) -> None:
        """Stop serving."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the accept
        self._socket.close()
        self._address.unlink(missing_ok=True)


class RingSender:
    """The supervisor's end of a pair; each message is the name of a source and a descriptor of its ring."""

    def __init__(self) -> None:
        self._own_end, self.stage_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._own_end.setblocking(False)

    def send(self, source: str, descriptor: int) -> None:
        """Pass a ring; does nothing if the stage has died."""
        with contextlib.suppress(OSError):
            socket.send_fds(self._own_end, [source.encode()], [descriptor])

    def close(self) -> None:
        """Close both ends."""
        self._own_end.close()
        self.stage_end.close()


def fix_for(error: OSError, usual: str) -> str:
    """Return what to do about an error of the system; `usual` unless files ran out."""
    too_many = error.errno in (errno.EMFILE, errno.ENFILE)
    return "allow more open files (`ulimit -n 1024`) and start again" if too_many else usual
