"""Server of the connector: passes connected sockets to llm over a pair of inherited sockets.

Works on its own thread, so that a slow name lookup delays no other request.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from bus.failures import Rejected, StageFailure
from llm.connector.protocol import (
    MAX_BYTES,
    STARTED,
    ConnectOutcome,
    ConnectReply,
    ConnectRequest,
    Ready,
    decode_request,
    encode,
)
from llm.connector.tcp import open_socket, outcome_of

_CHOICE_TIMEOUT_S = 0.5
"""The user's choice of a provider may reach llm a moment before it reaches the connector."""

_POLL_S = 0.02
_MAX_REQUESTS = 64
"""Requests in progress; further ones wait in the line."""
_LOOP_TIMEOUT_S = 2.0
_STOP_TIMEOUT_S = 1.0


class ConnectorServer:
    """Opens connections for the process at the other end of a line.

    Args:
        line: This end; closed with the server.
        allowed: Returns whether a host and port may be connected to.
        on_blocked: Called with a host and port that may not; from another thread.
    """

    def __init__(
        self,
        line: socket.socket,
        allowed: Callable[[str, int], bool],
        on_blocked: Callable[[str, int], None],
    ) -> None:
        self._line = line
        self._allowed = allowed
        self._on_blocked = on_blocked
        self._answering: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="connector", daemon=True)

    def start(self) -> None:
        """Begin to serve; earlier requests wait in the line."""
        self._thread.start()

    def check_alive(self) -> None:
        """Check that the thread still serves, before the stage sends a heartbeat.

        Raises:
            StageFailure: It does not.
        """
        try:
            serving = asyncio.run_coroutine_threadsafe(self._is_serving(), self._loop).result(_LOOP_TIMEOUT_S)
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
        self._line.close()

    def _run(self) -> None:
        self._serving = self._loop.create_task(self._serve())
        self._loop.run_forever()
        tasks = (self._serving, *self._answering)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _is_serving(self) -> bool:
        return not self._serving.done()

    async def _serve(self) -> None:
        await self._send(STARTED)
        while True:
            packet = await self._loop.sock_recv(self._line, MAX_BYTES + 1)
            if not packet:
                return  # the other end is closed for good
            while len(self._answering) >= _MAX_REQUESTS:
                await asyncio.sleep(_POLL_S)
            with contextlib.suppress(Rejected):
                task = self._loop.create_task(self._answer(decode_request(packet)))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)

    async def _answer(self, request: Ready | ConnectRequest) -> None:
        if isinstance(request, Ready):
            await self._send(ConnectReply(request.number, "ready"))
            return
        outcome, connection = await self._connect(request)
        with connection or contextlib.nullcontext():
            await self._send(ConnectReply(request.number, outcome), connection)

    async def _send(self, reply: ConnectReply, connection: socket.socket | None = None) -> None:
        """Send a reply, with a socket if there is one; waits while the line is full."""
        descriptors = [connection.fileno()] if connection else []
        while True:
            try:
                socket.send_fds(self._line, [encode(reply)], descriptors)
            except BlockingIOError:
                await asyncio.sleep(_POLL_S)
            except OSError:  # the other end is closed
                return
            else:
                return

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
