"""Server of the connector: hands connected sockets to authenticated clients.

Listens on a Unix socket in the run's private directory and works on its own thread, so that a slow name
lookup delays no other client. Each client sends one request.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from bus.failures import MachineFailure, Rejected, StageFailure
from bus.local_socket import check_same_user, listening_socket
from llm.connector.protocol import (
    MAX_BYTES,
    ConnectOutcome,
    ConnectReply,
    ConnectRequest,
    decode_request,
    encode,
)
from llm.connector.tcp import open_socket, outcome_of

_REQUEST_TIMEOUT_S = 1.0
_CHOICE_TIMEOUT_S = 0.5
"""The user's choice of a provider may reach llm a moment before it reaches the connector."""

_POLL_S = 0.02
_MAX_CLIENTS = 64
_LOOP_TIMEOUT_S = 2.0
_STOP_TIMEOUT_S = 1.0


class ConnectorServer:
    """Opens connections for authenticated clients.

    Args:
        address: Path of the Unix socket.
        secret: What a client must send.
        allowed: Returns whether a host and port may be connected to.
        on_blocked: Called with a host and port that may not; from another thread.

    Raises:
        MachineFailure: The socket cannot be created.
    """

    def __init__(
        self,
        address: Path,
        secret: str,
        allowed: Callable[[str, int], bool],
        on_blocked: Callable[[str, int], None],
    ) -> None:
        self._address = address
        self._secret = secret.encode()
        self._allowed = allowed
        self._on_blocked = on_blocked
        self._clients: set[asyncio.Task[None]] = set()
        self._socket = _listen(address)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="connector", daemon=True)

    def start(self) -> None:
        """Begin to serve; earlier clients have been queued by the kernel."""
        self._thread.start()

    def check_alive(self) -> None:
        """Check that the thread still serves, before the stage sends a heartbeat.

        Raises:
            StageFailure: It does not.
        """
        turned = asyncio.run_coroutine_threadsafe(self._is_serving(), self._loop)
        try:
            serving = turned.result(_LOOP_TIMEOUT_S)
        except TimeoutError:
            serving = False
        if not serving:
            raise StageFailure(
                "the connector stopped serving", kept="open connections", fix="wait for its restart"
            )

    def close(self) -> None:
        """Stop serving."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_STOP_TIMEOUT_S)
        else:
            self._loop.close()
        self._socket.close()
        self._address.unlink(missing_ok=True)

    def _run(self) -> None:
        self._serving = self._loop.create_task(self._serve())
        self._loop.run_forever()
        tasks = (self._serving, *self._clients)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _is_serving(self) -> bool:
        return not self._serving.done()

    async def _serve(self) -> None:
        while True:
            try:
                channel, _ = await self._loop.sock_accept(self._socket)
            except OSError:  # the process may be out of descriptors for a moment
                await asyncio.sleep(_POLL_S)
                continue
            if len(self._clients) >= _MAX_CLIENTS:
                channel.close()
                continue
            client = self._loop.create_task(self._answer(channel))
            self._clients.add(client)
            client.add_done_callback(self._clients.discard)

    async def _answer(self, channel: socket.socket) -> None:
        """Serve one client; closes the channel of an unauthenticated or silent one."""
        with channel, contextlib.suppress(OSError, Rejected):
            check_same_user(channel)
            async with asyncio.timeout(_REQUEST_TIMEOUT_S):
                request = decode_request(await self._read_line(channel))
            if not hmac.compare_digest(request.secret.encode(), self._secret):
                return
            outcome, connection = await self._connect(request)
            reply = encode(ConnectReply(outcome))
            if connection is None:
                channel.send(reply)
                return
            with connection:
                socket.send_fds(channel, [reply], [connection.fileno()])

    async def _read_line(self, channel: socket.socket) -> bytes:
        body = b""
        while not body.endswith(b"\n") and len(body) <= MAX_BYTES:
            more = await self._loop.sock_recv(channel, MAX_BYTES)
            if not more:
                break
            body += more
        return body

    async def _connect(self, request: ConnectRequest) -> tuple[ConnectOutcome, socket.socket | None]:
        if not await self._is_allowed(request.host, request.port):
            self._on_blocked(request.host, request.port)
            return "not chosen", None
        try:
            return "connected", await open_socket(request.host, request.port, request.timeout_s)
        except (OSError, UnicodeError) as error:
            return outcome_of(error), None

    async def _is_allowed(self, host: str, port: int) -> bool:
        deadline_s = self._loop.time() + _CHOICE_TIMEOUT_S
        while not self._allowed(host, port):
            if self._loop.time() > deadline_s:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _listen(address: Path) -> socket.socket:
    try:
        listener = listening_socket(address)
    except OSError as error:
        raise MachineFailure(
            f"the socket {address} cannot be created ({error.strerror or error})",
            kept="everything but answers",
            fix="free space in the run directory",
        ) from error
    listener.setblocking(False)
    return listener
