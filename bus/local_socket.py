"""Unix sockets in the run's private directory: one to listen at, and who is at the other end."""

from __future__ import annotations

import os
import socket
import struct
import sys
from pathlib import Path

_WAITING = 64


def listening(address: Path) -> socket.socket:
    """Return a socket that listens at `address`, in the place of one that was left there.

    Raises:
        OSError: It cannot be made.
    """
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        address.unlink(missing_ok=True)
        line.bind(str(address))
        line.listen(_WAITING)
    except OSError:
        line.close()
        raise
    return line


def check_same_user(line: socket.socket) -> None:
    """Make sure that whoever is at the other end is a process of this user.

    Raises:
        ConnectionRefusedError: It is not.
    """
    if sys.platform != "linux":
        return  # the directory's mode is what there is
    _, user, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if user != os.getuid():
        raise ConnectionRefusedError("another user is at the other end")
