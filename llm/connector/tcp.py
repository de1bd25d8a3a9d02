"""Opens TCP connections by host name; sends and reads nothing on them."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from llm.connector.allowlist import is_this_machine
from llm.connector.protocol import ConnectOutcome

_NEXT_ADDRESS_DELAY_S = 0.25
"""Delay before the host's next address is tried in parallel (RFC 8305)."""


async def open_socket(host: str, port: int, timeout_s: float) -> socket.socket:
    """Return a socket connected to the first of the host's addresses that accepts.

    Raises:
        OSError: There is none; `outcome_of` says why.
        UnicodeError: The name is not a valid host name.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout_s):
        transport, _ = await loop.create_connection(
            _Paused, host, port, happy_eyeballs_delay=_NEXT_ADDRESS_DELAY_S
        )
    try:
        connection: socket.socket = transport.get_extra_info("socket").dup()
    finally:
        transport.abort()  # closes its own descriptor, not the connection
    if is_this_machine(host) and not _is_loopback(connection):
        connection.close()
        raise PermissionError(0, "the name of this machine resolves to another machine")
    return connection


def outcome_of(error: OSError | UnicodeError) -> ConnectOutcome:
    """Return the outcome that an error stands for."""
    match error:
        case socket.gaierror() | UnicodeError():
            return "name not found"
        case ConnectionRefusedError():
            return "refused"
        case TimeoutError():
            return "timed out"
        case _:
            return "unreachable"


class _Paused(asyncio.Protocol):
    """Reads nothing; the bytes are for the process that receives the socket."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()


def _is_loopback(connection: socket.socket) -> bool:
    return ipaddress.ip_address(connection.getpeername()[0]).is_loopback
