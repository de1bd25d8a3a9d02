"""Scripted provider on a real socket: sends exactly the given bytes, when it should."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import BinaryIO, Self

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
_TIMEOUT_S = 20.0


class Do(Enum):
    """Steps other than sending bytes."""

    CLOSE = "close the connection"
    RESET = "reset the connection"
    PING = "send comments until the client disconnects"
    WAIT = "wait until the client disconnects"


Step = bytes | Do | threading.Event
"""An event is waited for before the next step."""


@dataclass(frozen=True)
class Received:
    """One request, byte for byte."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class ProviderServer:
    """The server. Replies to POST come from `script` in order; the last one is repeated."""

    models: list[str] = field(default_factory=lambda: ["test-model"])
    script: list[Sequence[Step]] = field(default_factory=list)
    list_reply: Sequence[Step] = ()
    """Replaces the list of models."""
    list_replies: Callable[[], Sequence[Step]] | None = None
    """Replaces it too, with a new reply for each request."""
    tls: ssl.SSLContext | None = None
    path: str = "/v1"
    """Path of the API."""
    address: str = "127.0.0.1"
    """Address to listen on."""
    requests: list[Received] = field(default_factory=list)
    closed_connections: list[int] = field(default_factory=list)
    """Connections that the client closed during an answer."""

    def __post_init__(self) -> None:
        self._listener = socket.create_server((self.address, 0))
        self._connections: list[socket.socket] = []
        self._closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self) -> str:
        """Address of the API."""
        scheme, host = ("http", self.address) if self.tls is None else ("https", "localhost")
        return f"{scheme}://{host}:{self._listener.getsockname()[1]}{self.path}"

    @property
    def asked(self) -> list[Received]:
        """The POST requests."""
        return [request for request in self.requests if request.method == "POST"]

    def close(self) -> None:
        """Stop listening and drop every connection."""
        self._closing.set()
        with contextlib.suppress(OSError):  # macOS cannot shut down a listening socket
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):  # closed already
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(_TIMEOUT_S)
            self._connections.append(connection)
            number = len(self._connections)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self._connections[number - 1] = connection
            with connection, connection.makefile("rb") as incoming:
                while (request := _read(incoming, number)) is not None:
                    self.requests.append(request)
                    for step in self._reply(request):
                        if not self._do(step, connection, number):
                            return
        except OSError:
            self.closed_connections.append(number)

    def _reply(self, request: Received) -> Sequence[Step]:
        if request.method == "GET" and self.list_replies is not None:
            return self.list_replies()
        if request.method == "CONNECT":
            return [plain_reply(b"", "text/plain", "502 Bad Gateway")]
        if request.method == "GET":
            return self.list_reply or [
                json_reply({"object": "list", "data": [{"id": m} for m in self.models]})
            ]
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def _do(self, step: Step, connection: socket.socket, number: int) -> bool:
        """Do one step; return False when the connection is at its end."""
        if isinstance(step, bytes):
            connection.sendall(step)
        elif isinstance(step, threading.Event):
            return step.wait(_TIMEOUT_S)
        elif step is Do.RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        elif step is Do.CLOSE:
            return False
        else:
            self._wait_closed(connection, number, pings=step is Do.PING)
            return False
        return True

    def _wait_closed(self, connection: socket.socket, number: int, *, pings: bool) -> None:
        connection.settimeout(0.05)
        while not self._closing.is_set():
            try:
                if not connection.recv(1):
                    self.closed_connections.append(number)
                    return
            except TimeoutError:
                if pings:
                    connection.sendall(chunk(b": ping\n\n"))


def _read(incoming: BinaryIO, number: int) -> Received | None:
    line = incoming.readline().decode("latin-1")
    if not line.endswith(
        " HTTP/1.1\r\n"
    ):  # the end, or no HTTP: the random bytes of a TLS hello may hold two blanks
        return None
    method, path, _ = line.split(" ")
    headers: dict[str, str] = {}
    while line := incoming.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = incoming.read(int(headers.get("content-length", 0)))
    return Received(method, path, headers, body, number)


def chunk(piece: bytes) -> bytes:
    """Return a piece of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def event(data: object) -> bytes:
    """Return a server-sent event with this data as JSON."""
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


def delta(text: str | None, *, finish: str | None = None, **more: object) -> bytes:
    """Return the event that adds this text."""
    return event(
        {
            "id": "c1",
            "object": "chat.completion.chunk",
            "model": "test-model",
            "choices": [{"index": 0, "delta": {"content": text, **more}, "finish_reason": finish}],
        }
    )


USAGE = event({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 3}})
DONE = b"data: [DONE]\n\n"


def answer(*texts: str) -> list[Step]:
    """Return the reply that streams these pieces to a regular end."""
    pieces = [*(delta(text) for text in texts), delta(None, finish="stop"), USAGE, DONE]
    return [HEAD, *map(chunk, pieces), END]


def stream(*events: bytes, end: Step = END, **headers: str) -> list[Step]:
    """Return the reply that sends these events, each in a chunk of its own."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = HEAD.replace(b"\r\n\r\n", b"\r\n" + more.encode() + b"\r\n")
    return [head, *map(chunk, events), end]


def split(reply: Sequence[Step], size: int = 1) -> list[Step]:
    """Return the same reply with its events' bytes cut into chunks of `size` bytes."""
    body = b"".join(step[step.index(b"\r\n") + 2 : -2] for step in reply[1:-1] if isinstance(step, bytes))
    return [HEAD, *(chunk(body[at : at + size]) for at in range(0, len(body), size)), END]


def json_reply(value: object, status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole response with a JSON body."""
    return plain_reply(json.dumps(value).encode(), "application/json", status, **headers)


def plain_reply(body: bytes, content_type: str, status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole response."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body
