"""Opens a TCP connection by a host's name, and says in a word why there is none. Sends and reads nothing."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from llm.connector.allowlist import is_this_machine
from llm.connector.protocol import ConnectOutcome

_NEXT_ADDRESS_AFTER_S = 0.25
"""When the next of a host's addresses is tried beside the one before, as RFC 8305 has it."""


async def connected(host: str, port: int, within_s: float) -> socket.socket:
    """Return a socket that is connected, to the first of the host's addresses that answers.

    Raises:
        OSError: There is none; `word_for` says why.
        UnicodeError: No host can have that name.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(within_s):
        transport, _ = await loop.create_connection(
            _Silent, host, port, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER_S
        )
    try:
        connection: socket.socket = transport.get_extra_info("socket").dup()
    finally:
        transport.abort()  # closes its own handle, not the connection
    if is_this_machine(host) and not _leads_to_this_machine(connection):
        connection.close()
        raise PermissionError(0, "this machine's name leads elsewhere")
    return connection


def outcome_of(error: OSError | UnicodeError) -> ConnectOutcome:
    """Return why there is no connection."""
    match error:
        case socket.gaierror() | UnicodeError():
            return "name not found"
        case ConnectionRefusedError():
            return "refused"
        case TimeoutError():
            return "timed out"
        case _:
            return "unreachable"


class _Silent(asyncio.Protocol):
    """Reads nothing: whatever comes is for whoever gets the socket."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()


def _leads_to_this_machine(connection: socket.socket) -> bool:
    return ipaddress.ip_address(connection.getpeername()[0]).is_loopback
