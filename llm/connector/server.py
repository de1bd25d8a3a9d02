"""The connector's socket, in the run's private directory: who knows the secret is handed connections.

Works on a thread of its own, so that a name that is slow to be found holds up nobody. Each caller asks once.
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
from bus.local_socket import check_same_user, listening
from llm.connector.protocol import (
    LARGEST_BYTES,
    ConnectOutcome,
    ConnectReply,
    ConnectRequest,
    decode_request,
    encode,
)
from llm.connector.tcp import connected, outcome_of

_ASKED_WITHIN_S = 1.0
_CHOSEN_WITHIN_S = 0.5
"""A choice of the user's may reach whoever asks a moment before it reaches us."""

_LOOK_AGAIN_S = 0.02
_CALLERS_AT_MOST = 64
_TURN_WITHIN_S = 2.0
_STOP_WITHIN_S = 1.0


class ConnectorServer:
    """Opens connections for whoever may ask.

    Args:
        address: Where the socket is.
        secret: What who asks must know.
        allowed: Tells whether a host and port may be connected to.
        refused: Is told of a host and port that may not; from another thread.

    Raises:
        MachineFailure: The socket cannot be made.
    """

    def __init__(
        self,
        address: Path,
        secret: str,
        allowed: Callable[[str, int], bool],
        refused: Callable[[str, int], None],
    ) -> None:
        self._address = address
        self._secret = secret.encode()
        self._allowed = allowed
        self._refused = refused
        self._callers: set[asyncio.Task[None]] = set()
        self._socket = _listening(address)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="connector", daemon=True)

    def start(self) -> None:
        """Begin to answer; who knocked before has waited."""
        self._thread.start()

    def vouch(self) -> None:
        """Make sure that the thread works: whoever beats for this stage vouches for it.

        Raises:
            StageFailure: It does not.
        """
        turned = asyncio.run_coroutine_threadsafe(self._turn(), self._loop)
        try:
            serves = turned.result(_TURN_WITHIN_S)
        except TimeoutError:
            serves = False
        if not serves:
            raise StageFailure(
                "the connector answers nobody", kept="lines that are open", fix="wait a moment"
            )

    def close(self) -> None:
        """Answer no more."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_STOP_WITHIN_S)
        else:
            self._loop.close()
        self._socket.close()
        self._address.unlink(missing_ok=True)

    def _run(self) -> None:
        self._serving = self._loop.create_task(self._serve())
        self._loop.run_forever()
        tasks = (self._serving, *self._callers)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _turn(self) -> bool:
        return not self._serving.done()

    async def _serve(self) -> None:
        while True:
            try:
                line, _ = await self._loop.sock_accept(self._socket)
            except OSError:  # files may run out for a moment
                await asyncio.sleep(_LOOK_AGAIN_S)
                continue
            if len(self._callers) >= _CALLERS_AT_MOST:
                line.close()
                continue
            caller = self._loop.create_task(self._answer(line))
            self._callers.add(caller)
            caller.add_done_callback(self._callers.discard)

    async def _answer(self, line: socket.socket) -> None:
        """Answer one caller; a stranger, or one that says nothing, is hung up on."""
        with line, contextlib.suppress(OSError, Rejected):
            check_same_user(line)
            async with asyncio.timeout(_ASKED_WITHIN_S):
                request = decode_request(await self._line_from(line))
            if not hmac.compare_digest(request.secret.encode(), self._secret):
                return
            word, connection = await self._dial(request)
            reply = encode(ConnectReply(word))
            if connection is None:
                line.send(reply)
                return
            with connection:
                socket.send_fds(line, [reply], [connection.fileno()])

    async def _line_from(self, line: socket.socket) -> bytes:
        body = b""
        while not body.endswith(b"\n") and len(body) <= LARGEST_BYTES:
            more = await self._loop.sock_recv(line, LARGEST_BYTES)
            if not more:
                break
            body += more
        return body

    async def _dial(self, request: ConnectRequest) -> tuple[ConnectOutcome, socket.socket | None]:
        if not await self._is_chosen(request.host, request.port):
            self._refused(request.host, request.port)
            return "not chosen", None
        try:
            return "connected", await connected(request.host, request.port, request.within_s)
        except (OSError, UnicodeError) as error:
            return outcome_of(error), None

    async def _is_chosen(self, host: str, port: int) -> bool:
        give_up_s = self._loop.time() + _CHOSEN_WITHIN_S
        while not self._allowed(host, port):
            if self._loop.time() > give_up_s:
                return False
            await asyncio.sleep(_LOOK_AGAIN_S)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _listening(address: Path) -> socket.socket:
    try:
        tracker = listening(address)
    except OSError as error:
        raise MachineFailure(
            f"the socket {address} cannot be made ({error.strerror or error})",
            kept="everything but answers",
            fix="free space in the run directory",
        ) from error
    tracker.setblocking(False)
    return tracker
