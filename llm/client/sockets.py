"""Sources of connected TCP sockets: the connector process, or this process itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal, Protocol

import anyio
from anyio.abc import SocketStream

from bus.failures import ProviderFailure, Rejected
from bus.local_socket import PASSES_SOCKETS, check_same_user
from bus.run import Run
from llm.connector.protocol import (
    MAX_BYTES,
    MAX_TIMEOUT_S,
    ConnectOutcome,
    ConnectRequest,
    decode_reply,
    encode,
)
from llm.connector.tcp import outcome_of

CONNECTOR_TIMEOUT_S = 5.0
"""How long to wait for a connector that is being started or restarted."""

_RETRY_S = 0.02
_INTERNET = (socket.AF_INET, socket.AF_INET6)

_OWN_FAULTS = {
    "no connector": (
        "the connector, which opens every connection, is not running",
        "end the session and start it again; when started manually, run `python -m llm.connector` too",
    ),
    "not chosen": ("the connector does not know that you chose it", "choose it again"),
}
"""Outcomes that neither the network nor the host causes: why, and what to do."""


class ConnectFailed(Exception):
    """There is no connection.

    Args:
        outcome: The connector's outcome, or that there is no connector.
    """

    def __init__(self, outcome: ConnectOutcome | Literal["no connector"]) -> None:
        self.outcome = outcome
        self.why, self.fix = _OWN_FAULTS.get(outcome, ("", ""))
        super().__init__(outcome)


class SocketSource(Protocol):
    """Opens TCP connections."""

    async def wait_ready(self) -> None:
        """Return as soon as connections can be opened.

        Raises:
            ProviderFailure: They cannot.
        """

    async def connect(self, host: str, port: int, timeout_s: float) -> SocketStream:
        """Return a connection.

        Raises:
            ConnectFailed: There is none.
        """


class DirectSockets:
    """Opens connections in this process: where there can be no connector, and outside of sessions."""

    async def wait_ready(self) -> None:
        """Return at once."""

    async def connect(self, host: str, port: int, timeout_s: float) -> SocketStream:
        """Return a connection.

        Raises:
            ConnectFailed: There is none.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await anyio.connect_tcp(host, port)
        except (OSError, UnicodeError) as error:
            raise ConnectFailed(outcome_of(error)) from error


class ConnectorSockets:
    """Receives connected sockets from the connector. Use it on one event loop.

    Args:
        address: The connector's Unix socket.
        secret: Authenticates this process to the connector.
    """

    def __init__(self, address: Path, secret: str) -> None:
        self._address = address
        self._secret = secret

    async def wait_ready(self) -> None:
        """Return as soon as the connector is running.

        Raises:
            ProviderFailure: It is not.
        """
        try:
            async with self._channel():
                pass
        except ConnectFailed as failed:
            raise ProviderFailure(
                f"no provider can be reached: {failed.why}",
                kept="the transcript continues, and your notes are shown",
                fix=failed.fix,
            ) from None

    async def connect(self, host: str, port: int, timeout_s: float) -> SocketStream:
        """Return a connection.

        Raises:
            ConnectFailed: There is none.
        """
        connection = await self.receive_socket(host, port, timeout_s)
        try:
            return await SocketStream.from_socket(connection)
        except BaseException:
            connection.close()
            raise

    async def receive_socket(self, host: str, port: int, timeout_s: float) -> socket.socket:
        """Return a connected socket from the connector; asks again when the connector is restarted.

        Raises:
            ConnectFailed: There is none.
        """
        timeout_s = min(timeout_s, MAX_TIMEOUT_S)
        request = encode(ConnectRequest(self._secret, host, port, timeout_s))
        try:
            async with asyncio.timeout(timeout_s + CONNECTOR_TIMEOUT_S):
                while True:
                    async with self._channel() as channel:
                        with contextlib.suppress(ConnectionError):
                            return await _request_socket(channel, request)
                    await asyncio.sleep(_RETRY_S)
        except TimeoutError:
            raise ConnectFailed("timed out") from None
        except (OSError, Rejected) as error:
            raise ConnectFailed("unreachable") from error

    @contextlib.asynccontextmanager
    async def _channel(self) -> AsyncIterator[socket.socket]:
        """Yield a Unix socket to the connector, as soon as it is running.

        Raises:
            ConnectFailed: It is not.
        """
        deadline_s = time.monotonic() + CONNECTOR_TIMEOUT_S
        while (channel := self._open_channel()) is None:
            if time.monotonic() > deadline_s:
                raise ConnectFailed("no connector")
            await asyncio.sleep(_RETRY_S)
        with channel:
            check_same_user(channel)
            yield channel

    def _open_channel(self) -> socket.socket | None:
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        channel.setblocking(False)
        try:
            channel.connect(str(self._address))
        except OSError:  # not running yet, or its backlog is full
            channel.close()
            return None
        return channel


def socket_source(run: Run) -> SocketSource:
    """Return how this run's llm process opens connections."""
    if not PASSES_SOCKETS:
        return DirectSockets()
    return ConnectorSockets(run.connector_address, run.connector_secret)


async def _request_socket(channel: socket.socket, request: bytes) -> socket.socket:
    """Send a request and return the socket that comes with the reply.

    Raises:
        ConnectFailed: The connector has no connection for us.
        Rejected: The reply is malformed.
        ConnectionError: The connector died.
    """
    await asyncio.get_running_loop().sock_sendall(channel, request)
    await _wait_readable(channel)
    body, descriptors, _, _ = socket.recv_fds(channel, MAX_BYTES, 1)
    with contextlib.ExitStack() as unused:
        for each in descriptors:
            unused.callback(os.close, each)
        if not body:
            raise ConnectionResetError("the connector closed the connection")
        reply = decode_reply(body)
        if reply.outcome != "connected":
            raise ConnectFailed(reply.outcome)
        if not descriptors:
            raise Rejected("the reply has no socket")
        connection = socket.socket(fileno=descriptors[0])
        unused.pop_all()
        connection.set_inheritable(False)
        if connection.family not in _INTERNET:
            connection.close()
            raise Rejected("the received descriptor is not an internet socket")
        return connection


async def _wait_readable(channel: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(channel, lambda: None if ready.done() else ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_reader(channel)
