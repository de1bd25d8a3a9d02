"""Line between llm and the connector: a socket pair that only these two stages inherit.

No path leads to it, so no other process can take the place of either. The supervisor holds both ends without
using them, and passes them to restarted stages. It also holds the list of the providers that the user chose,
which the connector reads: the user's choice reaches the connector without passing through llm.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Mapping
from typing import Self

LINE_VARIABLE = "CUECARD_CONNECTOR_LINE"
"""Environment variable with the descriptor of a stage's end."""

CHOICES_VARIABLE = "CUECARD_CHOICES"
"""Environment variable with the descriptor of the file of chosen providers."""

Inherited = tuple[tuple[str, tuple[int, ...]], ...]
"""Descriptors by the environment variable that gives their numbers."""

_MOST_BYTES = 1 << 16
_NUL = "\0"


class ConnectorLine:
    """Both ends of the line, and the chosen providers; for the process that starts the stages."""

    def __init__(self) -> None:
        # macOS has no local sockets of sequenced packets; its datagrams are as reliable.
        kind = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
        self._llm, self._connector = socket.socketpair(socket.AF_UNIX, kind)
        for end in (self._llm, self._connector):
            end.setblocking(False)
        self._choices = _file_in_memory()

    def choose(self, provider: str) -> None:
        """Tell the connector, and each that is started later, that the user chose a provider."""
        body = (provider.replace(_NUL, "") + _NUL).encode()
        if os.fstat(self._choices).st_size + len(body) <= _MOST_BYTES:
            os.pwrite(self._choices, body, os.fstat(self._choices).st_size)

    @property
    def of_llm(self) -> Inherited:
        """What llm inherits."""
        return ((LINE_VARIABLE, (self._llm.fileno(),)),)

    @property
    def of_connector(self) -> Inherited:
        """What the connector inherits."""
        return (LINE_VARIABLE, (self._connector.fileno(),)), (CHOICES_VARIABLE, (self._choices,))

    def close(self) -> None:
        """Close everything."""
        self._llm.close()
        self._connector.close()
        os.close(self._choices)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def inherited_line(environment: Mapping[str, str]) -> socket.socket | None:
    """Return the socket by which this process reaches the other one; None if it inherited none."""
    descriptor = environment.get(LINE_VARIABLE, "")
    if not descriptor.isdigit():
        return None
    line = socket.socket(fileno=int(descriptor))
    line.setblocking(False)
    return line


def read_choices(environment: Mapping[str, str]) -> list[str]:
    """Return the providers that the user has chosen so far."""
    descriptor = environment.get(CHOICES_VARIABLE, "")
    if not descriptor.isdigit():
        return []
    return os.pread(int(descriptor), _MOST_BYTES, 0).decode(errors="replace").split(_NUL)[:-1]


def _file_in_memory() -> int:
    if sys.platform == "linux":
        return os.memfd_create("chosen providers")
    with tempfile.TemporaryFile() as file:  # already removed from its folder
        return os.dup(file.fileno())
