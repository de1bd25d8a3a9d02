"""A model's server for measuring: answers every question with the same words, and notes when bytes passed.

Speaks chat completions on loopback, a thread a connection. It knows nothing of models.
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
class Served:
    """One question as the server saw it."""

    body: bytes
    received_ns: int
    """When the last byte of the request was here."""
    first_sent_ns: int
    """When the first token's bytes were handed to the socket; 0 when the client hung up before."""


class AnswerServer:
    """The server; to be entered.

    Args:
        think_s: How long it takes to the first token.
        word_s: How long from one token to the next.
    """

    def __init__(self, think_s: float, word_s: float) -> None:
        self._think_s = think_s
        self._word_s = word_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.served: list[Served] = []

    @property
    def address(self) -> str:
        """What `--provider` takes."""
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
            except OSError:  # the client hung up: a newer question came
                return

    def _answer(self, connection: socket.socket, body: bytes, received_ns: int) -> None:
        at = len(self.served)
        self.served.append(Served(body, received_ns, 0))
        time.sleep(self._think_s)
        for number, word in enumerate(_WORDS):
            pieces = _chunk(_event(f"{word} ", None))
            if number == 0:
                self.served[at] = Served(body, received_ns, time.monotonic_ns())
                pieces = _HEAD + pieces
            connection.sendall(pieces)
            time.sleep(self._word_s)
        connection.sendall(_chunk(_event("", "stop")) + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")


def _read(incoming: BinaryIO) -> bytes | None:
    """Return the body of the next request, empty for one that carries nothing; None at the end."""
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
