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

_BACKLOG = 64


def listening_socket(address: Path) -> socket.socket:
    """Return a socket listening at `address`; replaces a stale socket file.

    Raises:
        OSError: The socket cannot be created.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        address.parent.mkdir(mode=0o700, exist_ok=True)
        address.unlink(missing_ok=True)
        listener.bind(str(address))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


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
