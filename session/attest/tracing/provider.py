"""A provider on loopback that speaks chat completions and records its requests."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

MODEL = "attest-model"
PIECES = ("Each ", "part ", "was ", "moved ", "alone.")
ANSWER = "".join(PIECES)


class ProviderServer(ThreadingHTTPServer):
    """The server; it listens as soon as it is created."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heads: list[bytes] = []
        """Request line and headers of every request."""
        self.bodies: list[bytes] = []
        """Bodies of the requests that have one."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """Its port on 127.0.0.1."""
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ProviderServer

    def do_GET(self) -> None:
        """List the one model."""
        self._keep()
        self._reply(msgspec.json.encode({"object": "list", "data": [{"id": MODEL}]}), "application/json")

    def do_POST(self) -> None:
        """Stream a fixed answer."""
        self._keep()
        self.server.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        events = [_event(word, None) for word in PIECES]
        self._reply(b"".join([*events, _event("", "stop"), b"data: [DONE]\n\n"]), "text/event-stream")

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing; the requests are in the report."""

    def _keep(self) -> None:
        headers = "".join(f"{name}: {value}\n" for name, value in self.headers.items())
        self.server.heads.append(f"{self.requestline}\n{headers}".encode())

    def _reply(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _event(text: str, finish: str | None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    chunk = {"object": "chat.completion.chunk", "model": MODEL, "choices": [choice]}
    return b"data: " + msgspec.json.encode(chunk) + b"\n\n"
