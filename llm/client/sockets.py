"""How a connection comes about: through the connector, or, where there is none, by this process itself.

Knows nothing of what is said on it. Use it on one event loop.
"""

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
from bus.local_socket import check_same_user
from bus.run import Run
from llm.connector.protocol import (
    LARGEST_BYTES,
    LONGEST_S,
    PASSES_SOCKETS,
    ConnectOutcome,
    ConnectRequest,
    decode_reply,
    encode,
)
from llm.connector.tcp import outcome_of

CONNECTOR_BACK_S = 5.0
"""How long a connector that died may take to be back, or one that starts to be there."""

_KNOCK_AGAIN_S = 0.02
_INTERNET = (socket.AF_INET, socket.AF_INET6)


_NO_CONNECTOR = "the connector, which opens every connection, is not there"
_START_IT = "end the session and start it again; by hand, start `python -m llm.connector` beside"
_OUR_FAULT = {
    "no connector": (_NO_CONNECTOR, _START_IT),
    "not chosen": ("the connector was not told that you chose it", "choose it again"),
}
"""Where the network and the host have no part in it: why, and what to do."""


class ConnectFailed(Exception):
    """There is no connection.

    Args:
        word: Why: the connector's word, or that there is none.
    """

    def __init__(self, word: ConnectOutcome | Literal["no connector"]) -> None:
        self.word = word
        self.why, self.fix = _OUR_FAULT.get(word, ("", ""))
        super().__init__(word)


class SocketSource(Protocol):
    """Opens connections."""

    async def wait_ready(self) -> None:
        """Return as soon as connections can be had.

        Raises:
            ProviderFailure: They cannot.
        """

    async def dial(self, host: str, port: int, within_s: float) -> SocketStream:
        """Return a connection.

        Raises:
            NotDialled: There is none.
        """


class DirectSockets:
    """Opens them itself: where no connector can be, and outside of sessions."""

    async def wait_ready(self) -> None:
        """Return at once."""

    async def dial(self, host: str, port: int, within_s: float) -> SocketStream:
        """Return a connection.

        Raises:
            NotDialled: There is none.
        """
        try:
            async with asyncio.timeout(within_s):
                return await anyio.connect_tcp(host, port)
        except (OSError, UnicodeError) as error:
            raise ConnectFailed(outcome_of(error)) from error


class ConnectorSockets:
    """Asks the connector for them, and waits for one that is being started again.

    Args:
        address: The connector's socket.
        secret: What it wants to hear.
    """

    def __init__(self, address: Path, secret: str) -> None:
        self._address = address
        self._secret = secret

    async def wait_ready(self) -> None:
        """Return as soon as the connector is there.

        Raises:
            ProviderFailure: It is not.
        """
        try:
            async with self._line():
                pass
        except ConnectFailed as failed:
            raise ProviderFailure(
                f"nothing can be asked: {failed.why}",
                kept="the transcript goes on, and your notes are shown",
                fix=failed.fix,
            ) from None

    async def dial(self, host: str, port: int, within_s: float) -> SocketStream:
        """Return a connection.

        Raises:
            NotDialled: There is none.
        """
        connection = await self.handed(host, port, within_s)
        try:
            return await SocketStream.from_socket(connection)
        except BaseException:
            connection.close()
            raise

    async def handed(self, host: str, port: int, within_s: float) -> socket.socket:
        """Return a connected socket, as the connector handed it over.

        Raises:
            NotDialled: There is none.
        """
        within_s = min(within_s, LONGEST_S)
        request = encode(ConnectRequest(self._secret, host, port, within_s))
        try:
            async with asyncio.timeout(within_s + CONNECTOR_BACK_S):
                while True:  # a connector that dies over it is asked again when it is back
                    async with self._line() as line:
                        with contextlib.suppress(ConnectionError):
                            return await _asked(line, request)
                    await asyncio.sleep(_KNOCK_AGAIN_S)
        except TimeoutError:
            raise ConnectFailed("timed out") from None
        except (OSError, Rejected) as error:
            raise ConnectFailed("unreachable") from error

    @contextlib.asynccontextmanager
    async def _line(self) -> AsyncIterator[socket.socket]:
        """Yield a line to the connector, as soon as it is there.

        Raises:
            NotDialled: It does not come.
        """
        give_up_s = time.monotonic() + CONNECTOR_BACK_S
        while (line := self._knock()) is None:
            if time.monotonic() > give_up_s:
                raise ConnectFailed("no connector")
            await asyncio.sleep(_KNOCK_AGAIN_S)
        with line:
            check_same_user(line)
            yield line

    def _knock(self) -> socket.socket | None:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.setblocking(False)
        try:
            line.connect(str(self._address))
        except OSError:  # it is not there, or not yet, or too many others knock
            line.close()
            return None
        return line


def socket_source(run: Run) -> SocketSource:
    """Return how connections come about in this run."""
    return (
        ConnectorSockets(run.connector_address, run.connector_secret) if PASSES_SOCKETS else DirectSockets()
    )


async def _asked(line: socket.socket, request: bytes) -> socket.socket:
    """Ask, and return what is handed over.

    Raises:
        NotDialled: The connector has no connection for us.
        Refused: The answer is none.
        ConnectionError: The connector died over it.
    """
    await asyncio.get_running_loop().sock_sendall(line, request)
    await _readable(line)
    body, handed, _, _ = socket.recv_fds(line, LARGEST_BYTES, 1)
    with contextlib.ExitStack() as unused:
        for each in handed:
            unused.callback(os.close, each)
        if not body:
            raise ConnectionResetError("the connector hung up")
        reply = decode_reply(body)
        if reply.word != "connected":
            raise ConnectFailed(reply.word)
        if not handed:
            raise Rejected("no connection was handed over")
        connection = socket.socket(fileno=handed[0])
        unused.pop_all()
        connection.set_inheritable(False)
        if connection.family not in _INTERNET:
            connection.close()
            raise Rejected("what was handed over leads nowhere")
        return connection


async def _readable(line: socket.socket) -> None:
    """Wait until there is something to read."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(line, lambda: None if ready.done() else ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_reader(line)
