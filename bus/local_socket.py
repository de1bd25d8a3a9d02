"""Unix sockets in the run's private directory: listen, and check the peer's user."""

from __future__ import annotations

import os
import socket
import struct
import sys
from pathlib import Path

PASSES_SOCKETS = hasattr(socket, "send_fds")
"""Whether a process can pass a socket to another. Windows cannot, so it has no connector: the llm connects
itself."""

BACKLOG = 64
"""Clients that wait to be accepted."""


def listening_socket(address: Path) -> socket.socket:
    """Return a socket listening at `address`; replaces a stale socket file.

    Raises:
        OSError: The socket cannot be created.
    """
    bound = bound_socket(address)
    try:
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


def bound_socket(address: Path) -> socket.socket:
    """Return a socket bound to `address` that refuses clients until it listens; replaces a stale socket file.

    Raises:
        OSError: The socket cannot be created.
    """
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        address.parent.mkdir(mode=0o700, exist_ok=True)
        address.unlink(missing_ok=True)
        bound.bind(str(address))
    except OSError:
        bound.close()
        raise
    return bound


def check_same_user(connection: socket.socket) -> None:
    """Check that the peer is a process of this user.

    Raises:
        ConnectionRefusedError: It belongs to another user.
    """
    if sys.platform != "linux":
        return  # only the directory's mode protects it
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if user != os.getuid():
        raise ConnectionRefusedError("the peer belongs to another user")
