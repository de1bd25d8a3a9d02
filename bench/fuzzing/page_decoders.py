"""Fuzz target of the caption page: the requests of its clients."""

from __future__ import annotations

import io
from typing import Any

from bench.fuzzing.decoder import Decoder, Forged
from session.caption_page.access import Access
from session.caption_page.server import Connection

_SECRET = "0123456789abcdef" * 2
_HOST = b"127.0.0.1:8765"


class _Client:
    """A client's socket, which has sent some bytes and keeps the reply."""

    def __init__(self, body: bytes) -> None:
        self._body, self.reply = body, b""

    def makefile(self, mode: str, size: int) -> io.BytesIO:
        return io.BytesIO(self._body)

    def sendall(self, piece: bytes) -> None:
        self.reply += piece

    def settimeout(self, seconds: float) -> None:
        pass


class _Updates:
    def wait_after(self, number: int, timeout_s: float) -> tuple[int, bytes]:
        raise ConnectionError  # the client has gone


class _Server:
    """What a connection needs of the server."""

    access = Access(_SECRET, "127.0.0.1", 8765)
    updates, page, policy = _Updates(), b"page", "default-src 'none'"


def _request(body: bytes) -> None:
    """Answer a request; only one with the secret and our host may succeed."""
    client: Any = _Client(body)
    server: Any = _Server()
    try:
        Connection(client, ("127.0.0.1", 1), server)
    finally:
        if b" 200 " in client.reply[:20] and not (_SECRET.encode() in body and b":8765" in body):
            raise Forged("a request without the secret or our host was answered")


def _seeds() -> list[bytes]:
    lines = [
        b"GET /%s/%s HTTP/1.1",
        b"Host: %s",
        b"Origin: http://%s",
        b"Sec-Fetch-Site: same-origin",
        b"",
        b"",
    ]
    whole = b"\r\n".join(lines)
    return [whole % (_SECRET.encode(), name, _HOST, _HOST) for name in (b"", b"events", b"?transparent=1")]


_WORDS = (
    *(b"GET ", b"POST ", b" HTTP/1.1\r\n", b" HTTP/0.9", b"Host:", _HOST, b"localhost:8765", b"\r\n\r\n"),
    *(b"Content-Length: 1", b"Expect: 100-continue", b"events", _SECRET.encode(), b"/", b"?", b"%2f"),
)

PAGE = (Decoder("page_request", _request, (ConnectionError,), _seeds, _WORDS, "lines", weight=10),)
