"""Sources of connected TCP sockets: the connector process, or this process itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import stat
from typing import Literal, Protocol

import anyio
from anyio.abc import SocketStream

from bus.failures import ProviderFailure, Rejected
from bus.local_socket import PASSES_SOCKETS
from llm.connector.line import inherited_line
from llm.connector.protocol import (
    MAX_BYTES,
    MAX_TIMEOUT_S,
    STARTED,
    ConnectOutcome,
    ConnectReply,
    ConnectRequest,
    Ready,
    Request,
    decode_reply,
    encode,
)
from llm.connector.tcp import outcome_of

CONNECTOR_TIMEOUT_S = 5.0
"""How long to wait for a connector that is being started or restarted."""

_MOST_DESCRIPTORS = 4
_INTERNET = (socket.AF_INET, socket.AF_INET6)

_OWN_FAULTS = {
    "no connector": (
        "the connector, which opens every connection, is not running",
        "end the session and start it again; a stage that was started by hand has no connector",
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

    def close(self) -> None:
        """Release what it holds; connections stay open."""

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

    def close(self) -> None:
        """Hold nothing to release."""

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
    """Receives connected sockets from the connector. Use it on one event loop at a time.

    Args:
        line: This process's end of the line; None if it has none.
    """

    def __init__(self, line: socket.socket | None) -> None:
        self._line = line
        self._waiting: dict[int, tuple[Request, asyncio.Future[_Received]]] = {}
        """Requests without a reply, by their number."""

    async def wait_ready(self) -> None:
        """Return as soon as the connector is running.

        Raises:
            ProviderFailure: It is not.
        """
        try:
            await self._check_running()
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
        await self._check_running()
        timeout_s = min(timeout_s, MAX_TIMEOUT_S)
        request = ConnectRequest(_new_number(), host, port, timeout_s)
        try:
            outcome, connection = await self._ask(request, timeout_s + CONNECTOR_TIMEOUT_S)
        except TimeoutError:
            raise ConnectFailed("timed out") from None
        if outcome != "connected":
            raise ConnectFailed(outcome)
        if connection is None:
            raise ConnectFailed("unreachable")
        return connection

    def close(self) -> None:
        """Close the line."""
        if self._line is not None:
            self._line.close()

    async def _check_running(self) -> None:
        """Return as soon as the connector replies.

        Raises:
            ConnectFailed: It does not.
        """
        try:
            await self._ask(Ready(_new_number()), CONNECTOR_TIMEOUT_S)
        except TimeoutError:
            raise ConnectFailed("no connector") from None

    async def _ask(self, request: Request, timeout_s: float) -> _Received:
        """Send a request and return its reply.

        Raises:
            TimeoutError: None came.
            ConnectFailed: There is no line.
        """
        if self._line is None:
            raise ConnectFailed("no connector")
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[_Received] = loop.create_future()
        self._waiting[request.number] = request, reply
        loop.add_reader(self._line, self._receive, self._line)
        try:
            async with asyncio.timeout(timeout_s):
                await loop.sock_sendall(self._line, encode(request))
                return await reply
        finally:
            del self._waiting[request.number]
            if not self._waiting:
                loop.remove_reader(self._line)

    def _receive(self, line: socket.socket) -> None:
        """Receive one packet; a connector that has just started is sent what still waits."""
        body, descriptors, _, _ = socket.recv_fds(line, MAX_BYTES, _MOST_DESCRIPTORS)
        if not body:  # the supervisor is dead, and with it the session
            asyncio.get_running_loop().remove_reader(line)
        connection = _only_connection(descriptors)
        try:
            reply = decode_reply(body)
        except Rejected:
            reply = ConnectReply(0, "unreachable")
        if reply == STARTED:
            for request, _ in self._waiting.values():
                with contextlib.suppress(BlockingIOError):  # a full line has it still
                    line.send(encode(request))
        _, future = self._waiting.get(reply.number, (None, None))
        if future is not None and not future.done():
            future.set_result((reply.outcome, connection))
        elif connection is not None:  # its request has timed out
            connection.close()


_Received = tuple[ConnectOutcome, socket.socket | None]


def socket_source() -> SocketSource:
    """Return how this process opens connections as the llm stage."""
    return ConnectorSockets(inherited_line(os.environ)) if PASSES_SOCKETS else DirectSockets()


def _new_number() -> int:
    """Return a number that no request of a killed llm had."""
    return secrets.randbits(53)


def _only_connection(descriptors: list[int]) -> socket.socket | None:
    """Return the one received descriptor if it is an internet socket; close all others."""
    with contextlib.ExitStack() as unused:
        for each in descriptors:
            unused.callback(os.close, each)
        if len(descriptors) != 1 or not stat.S_ISSOCK(os.fstat(descriptors[0]).st_mode):
            return None
        connection = socket.socket(fileno=descriptors[0])
        unused.pop_all()
        connection.set_inheritable(False)
        if connection.family not in _INTERNET:
            connection.close()
            return None
        return connection
