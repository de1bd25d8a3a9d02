"""Who is at the other end of a Unix socket, as the kernel says it."""

from __future__ import annotations

import os
import socket
import struct
import sys


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
