from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from bus.failures import MachineFailure
from session.caption_page.access import Access
from session.caption_page.server import MAX_CONNECTIONS, PageServer
from tests.support.free_port import free_port
from tests.support.waiting import wait_until

SECRET = "5ecre7" * 10


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer(Access(SECRET, "127.0.0.1", free_port())) as served:
        yield served.start()
        served.shutdown()


@contextlib.contextmanager
def asked(server: PageServer, target: str, method: str = "GET") -> Iterator[http.client.HTTPResponse]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.access.port, timeout=5)) as client:
        client.request(method, target)
        with client.getresponse() as reply:
            yield reply


def test_page_allows_nothing_but_its_own_script(server: PageServer) -> None:
    with asked(server, f"/{SECRET}/") as reply:
        body = reply.read().decode()
    assert reply.status == 200
    assert "<script>" in body
    assert "{{" not in body
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(("target", "method", "status"), [("/", "GET", 404), (f"/{SECRET}/", "POST", 501)])
def test_refusals_say_nothing(server: PageServer, target: str, method: str, status: int) -> None:
    with asked(server, target, method) as reply:
        assert (reply.status, reply.read()) == (status, b"")


def test_a_client_gets_the_newest_state_and_every_later_one(server: PageServer) -> None:
    server.updates.publish(b'{"one":1}')
    with asked(server, f"/{SECRET}/events") as reply:
        assert reply.headers["Content-Type"] == "text/event-stream"
        assert reply.readline() == b'data: {"one":1}\n'
        reply.readline()
        server.updates.publish(b'{"two":2}')
        assert reply.readline() == b'data: {"two":2}\n'


def test_silent_clients_use_up_no_more_than_their_places(server: PageServer) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.access.port)) for _ in range(MAX_CONNECTIONS)]
    wait_until(lambda: threading.active_count() > MAX_CONNECTIONS)
    with socket.create_connection(("127.0.0.1", server.access.port)) as refused:
        assert refused.recv(1) == b""
    for each in silent:
        each.close()
    wait_until(lambda: _status(server) == 200)


def _status(server: PageServer) -> int:
    try:
        with asked(server, f"/{SECRET}/") as reply:
            return reply.status
    except OSError:
        return 0


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MachineFailure, match=f"port {port}"):
            PageServer(Access(SECRET, "127.0.0.1", port))
