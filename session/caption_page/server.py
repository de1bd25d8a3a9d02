"""HTTP server of the caption page: the page, and its updates as server-sent events.

Each connection has a thread of its own, so a slow or silent client delays no other. The server writes no log.
"""

from __future__ import annotations

import ipaddress
import socket
import socketserver
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

from bus.failures import MachineFailure
from session.caption_page.access import Access
from session.caption_page.page import HEADERS, load_page

MAX_CONNECTIONS = 16
_REQUEST_LIMIT_S = 5.0
"""Longest time for a request to arrive and for a piece to be sent."""
_KEEP_ALIVE_S = 10.0
_LEAST_INTERVAL_S = 0.1
"""Between two updates of a client."""


class Updates:
    """The newest update, for which the connections wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._number, self._update = 0, b""

    def publish(self, update: bytes) -> None:
        """Replace the update."""
        with self._changed:
            if update != self._update:
                self._number, self._update = self._number + 1, update
                self._changed.notify_all()

    def wait_after(self, number: int, timeout_s: float) -> tuple[int, bytes]:
        """Return the newest update and its number, once it is newer than this one or time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self._number > number, timeout_s)
            return self._number, self._update


class PageServer(socketserver.ThreadingTCPServer):
    """Serves the page on one address.

    Args:
        access: Decides who is answered.

    Raises:
        MachineFailure: The address or port cannot be used.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = MAX_CONNECTIONS

    def __init__(self, access: Access) -> None:
        self.access, self.updates = access, Updates()
        self.page, self.policy = load_page()
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        is_6 = ipaddress.ip_address(access.bind).version == 6
        self.address_family = socket.AF_INET6 if is_6 else socket.AF_INET
        try:
            super().__init__((access.bind, access.port), Connection)
        except OSError as error:
            raise MachineFailure(
                f"the caption page cannot be served on {access.bind}, port {access.port} ({error.strerror})",
                kept="the session continues without it",
                fix="choose another port with --caption-page, from 1024 to 65535",
            ) from error

    def start(self) -> Self:
        """Answer requests from now on, on a thread of its own."""
        threading.Thread(target=self.serve_forever, name="caption-page", daemon=True).start()
        return self

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection, or close it if there are too many."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a connection, and make room for the next one."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore it: the client has gone, or sent nonsense."""


class Connection(BaseHTTPRequestHandler):
    """One connection, with one request."""

    server: PageServer
    protocol_version = "HTTP/1.1"
    timeout = _REQUEST_LIMIT_S
    server_version, sys_version, error_message_format = "Cuecard", "", ""

    def do_GET(self) -> None:
        """Answer a request."""
        self.close_connection = True
        headers = {name.lower(): value for name, value in self.headers.items()}
        match self.server.access.decide(self.command, self.path, headers):
            case "page":
                body = self.server.page
                self._begin(HTTPStatus.OK, "text/html; charset=utf-8", {"Content-Length": str(len(body))})
                self.wfile.write(body)
            case "events":
                self._begin(HTTPStatus.OK, "text/event-stream", {})
                self._stream()
            case HTTPStatus() as status:
                self._begin(status, "text/plain", {"Content-Length": "0"})

    def log_message(self, format: str, *arguments: object) -> None:
        """Write nothing: the path is a secret."""

    def _begin(self, status: HTTPStatus, kind: str, more: dict[str, str]) -> None:
        self.send_response(status)
        policy = {"Content-Type": kind, "Content-Security-Policy": self.server.policy}
        for name, value in {**HEADERS, **policy, **more}.items():
            self.send_header(name, value)
        self.end_headers()

    def _stream(self) -> None:
        number = 0
        while True:
            newest, update = self.server.updates.wait_after(number, _KEEP_ALIVE_S)
            piece = b"data: " + update + b"\n\n" if newest > number else b": still here\n\n"
            self.wfile.write(piece)
            self.wfile.flush()
            number = newest
            threading.Event().wait(_LEAST_INTERVAL_S)
