"""Fake model server for latency: replies with fixed words and records when bytes passed.

Serves chat completions on loopback, one thread per connection.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

MODEL = "bench-model"
_WORDS = ("The", "point", "first,", "then", "a", "reason", "or", "two,", "and", "a", "number.")
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@dataclass(frozen=True)
class ServedRequest:
    """One question as the server received it."""

    body: bytes
    received_ns: int
    """Time at which the last byte of the request arrived."""
    first_sent_ns: int
    """Time at which the first token was written to the socket; 0 if the client disconnected before."""


class AnswerServer:
    """The server; use it as a context manager.

    Args:
        think_s: Time to the first token.
        word_s: Time between two tokens.
    """

    def __init__(self, think_s: float, word_s: float) -> None:
        self._think_s = think_s
        self._word_s = word_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.served: list[ServedRequest] = []

    @property
    def address(self) -> str:
        """Value for `--provider`."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed: the measurement is over
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as incoming:
            try:
                while (request := _read(incoming)) is not None:
                    received_ns = time.monotonic_ns()
                    if request:
                        self._answer(connection, request, received_ns)
                    else:
                        connection.sendall(_listing())
            except OSError:  # the client disconnected: a newer question arrived
                return

    def _answer(self, connection: socket.socket, body: bytes, received_ns: int) -> None:
        at = len(self.served)
        self.served.append(ServedRequest(body, received_ns, 0))
        time.sleep(self._think_s)
        for number, word in enumerate(_WORDS):
            pieces = _chunk(_event(f"{word} ", None))
            if number == 0:
                self.served[at] = ServedRequest(body, received_ns, time.monotonic_ns())
                pieces = _HEAD + pieces
            connection.sendall(pieces)
            time.sleep(self._word_s)
        connection.sendall(_chunk(_event("", "stop")) + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")


def _read(incoming: BinaryIO) -> bytes | None:
    """Return the body of the next request, empty if it has none; None at the end."""
    if not incoming.readline():
        return None
    length = 0
    while line := incoming.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return incoming.read(length)


def _listing() -> bytes:
    body = json.dumps({"object": "list", "data": [{"id": MODEL}]}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


def _event(text: str, finish: str | None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    chunk = {"object": "chat.completion.chunk", "model": MODEL, "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)
