"""The connector's server and its client, at the two ends of a line."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from bus.failures import StageFailure
from bus.local_socket import PASSES_SOCKETS
from llm.client.http.sockets import ConnectFailed, ConnectorSockets
from llm.connector.line import ConnectorLine, Inherited, inherited_line, read_choices
from llm.connector.protocol import (
    MAX_BYTES,
    STARTED,
    ConnectReply,
    ConnectRequest,
    decode_reply,
    decode_request,
    encode,
)
from llm.connector.server import ConnectorServer
from session.supervise.child import numbers_of
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(not PASSES_SOCKETS, reason="no sockets are passed on this system")


@pytest.fixture
def provider() -> Iterator[socket.socket]:
    """Return a listening server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def line() -> Iterator[ConnectorLine]:
    with ConnectorLine() as both:
        yield both


@pytest.fixture
def asked() -> list[tuple[str, int]]:
    """Return the hosts that the connector blocked."""
    return []


@pytest.fixture
def server(line: ConnectorLine, asked: list[tuple[str, int]]) -> Iterator[ConnectorServer]:
    """Return a connector that allows only this machine."""
    with started(line, asked) as running:
        yield running


def started(line: ConnectorLine, asked: list[tuple[str, int]]) -> ConnectorServer:
    server = ConnectorServer(
        end(line.of_connector), lambda host, _: host == "127.0.0.1", lambda *at: asked.append(at)
    )
    server.start()
    return server


def end(inherited: Inherited) -> socket.socket:
    """Return a stage's end of the line, as it inherits it."""
    (name, (descriptor, *_)), *_ = inherited
    found = inherited_line({name: str(os.dup(descriptor))})
    assert found
    return found


def connect(line: ConnectorLine, port: int) -> socket.socket:
    with end(line.of_llm) as own:
        return asyncio.run(ConnectorSockets(own).receive_socket("127.0.0.1", port, 5.0))


def answer_to(line: ConnectorLine, sent: bytes) -> ConnectReply:
    """Send a packet to the connector, and return its reply."""
    with end(line.of_llm) as own:
        own.setblocking(True)
        own.settimeout(10)
        own.send(sent)
        while (reply := decode_reply(own.recv(MAX_BYTES))) == STARTED:
            pass
        return reply


def request(**changes: object) -> bytes:
    sound = {"type": "ConnectRequest", "number": 7, "host": "127.0.0.1", "port": 9, "timeout_s": 1.0}
    return msgspec.json.encode({**sound, **changes})


def test_client_gets_untouched_connection(
    line: ConnectorLine, server: ConnectorServer, provider: socket.socket
) -> None:
    provider.settimeout(10)

    def send_first() -> None:
        connection, _ = provider.accept()
        with connection:
            connection.sendall(b"first words")

    sender = threading.Thread(target=send_first)
    sender.start()
    with connect(line, provider.getsockname()[1]) as connection:
        sender.join(10)
        connection.setblocking(True)
        connection.settimeout(10)
        assert connection.recv(64) == b"first words"
        assert connection.recv(64) == b""
        assert not connection.get_inheritable()


@pytest.mark.parametrize(
    "sent",
    [
        b"\n",
        b"[" * 1000,
        b"{}",
        b"x" * (MAX_BYTES + 1),
        request(number=-1),
        request(number=None),
        request(type="Connect"),
        request(host=""),
        request(host="a" * 254),
        request(host="127.0.0.1\n"),
        request(host="127.0.0.1\x00.example"),
        request(host="b\u00fccher"),
        request(port=0),
        request(port=65536),
        request(port="9"),
        request(timeout_s=0),
        request(timeout_s=1e9),
        request(more=1),
        request()[:-1] + b" " * MAX_BYTES + b"}",
    ],
)
def test_malformed_request_is_ignored(
    line: ConnectorLine, server: ConnectorServer, provider: socket.socket, sent: bytes
) -> None:
    with end(line.of_llm) as own:
        own.send(sent)
    connect(line, provider.getsockname()[1]).close()


def test_blocked_host_is_refused_and_reported(
    line: ConnectorLine, server: ConnectorServer, asked: list[tuple[str, int]]
) -> None:
    assert answer_to(line, request(host="8.8.8.8", port=53)) == ConnectReply(7, "not chosen")
    assert asked == [("8.8.8.8", 53)]


def test_refused_connection(line: ConnectorLine, server: ConnectorServer) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectFailed, match="refused"):
            connect(line, closed.getsockname()[1])


def test_what_a_dead_connector_had_not_answered_is_asked_again(
    line: ConnectorLine, provider: socket.socket, asked: list[tuple[str, int]]
) -> None:
    received = threading.Event()

    def take_and_die() -> None:
        with end(line.of_connector) as own:
            own.setblocking(True)
            ready = decode_request(own.recv(MAX_BYTES))
            own.send(encode(ConnectReply(ready.number, "ready")))
            own.recv(MAX_BYTES)
        received.set()

    dying = threading.Thread(target=take_and_die)
    dying.start()
    found: list[socket.socket] = []
    client = threading.Thread(target=lambda: found.append(connect(line, provider.getsockname()[1])))
    client.start()
    assert received.wait(10)
    with started(line, asked):
        client.join(10)
    dying.join(10)
    assert len(found) == 1
    found[0].close()


def test_a_reply_for_a_killed_llm_is_discarded(
    line: ConnectorLine, server: ConnectorServer, provider: socket.socket
) -> None:
    with end(line.of_llm) as own:
        own.send(request(number=99, port=provider.getsockname()[1]))
    before = psutil.Process().num_fds()
    connect(line, provider.getsockname()[1]).close()
    connect(line, provider.getsockname()[1]).close()
    wait_until(lambda: psutil.Process().num_fds() <= before)


@pytest.mark.parametrize("passed", ["nothing", "a file", "a socket of this machine", "two"])
def test_only_an_internet_socket_is_accepted(line: ConnectorLine, tmp_path: Path, passed: str) -> None:
    with socket.socket(socket.AF_UNIX) as local, socket.socket() as internet:

        def pass_descriptor() -> None:
            with end(line.of_connector) as own, tmp_path.joinpath("file").open("wb") as file:
                own.setblocking(True)
                ready = decode_request(own.recv(MAX_BYTES))
                own.send(encode(ConnectReply(ready.number, "ready")))
                asked = decode_request(own.recv(MAX_BYTES))
                given = {
                    "a file": [file.fileno()],
                    "a socket of this machine": [local.fileno()],
                    "two": [internet.fileno(), internet.fileno()],
                }
                reply = encode(ConnectReply(asked.number, "connected"))
                socket.send_fds(own, [reply], given.get(passed, []))

        connector = threading.Thread(target=pass_descriptor)
        connector.start()
        before = psutil.Process().num_fds()
        with pytest.raises(ConnectFailed, match="unreachable"):
            connect(line, 443)
        connector.join(10)
        assert psutil.Process().num_fds() <= before


def test_without_a_line_there_is_no_connector() -> None:
    with pytest.raises(ConnectFailed, match="no connector"):
        asyncio.run(ConnectorSockets(inherited_line({})).receive_socket("127.0.0.1", 443, 5.0))


def test_choices_reach_each_connector_and_have_a_bound(line: ConnectorLine) -> None:
    variables = numbers_of(line.of_connector)
    assert read_choices(variables) == []
    line.choose("openai")
    line.choose("https://bücher.example/v1\0groq")
    assert read_choices(variables) == ["openai", "https://bücher.example/v1groq"]
    for _ in range(100):
        line.choose("x" * 1000)
    assert len(read_choices(variables)) < 100
    assert read_choices({}) == []


def test_stopped_server_fails_liveness_check(line: ConnectorLine, server: ConnectorServer) -> None:
    server.check_alive()
    server._loop.call_soon_threadsafe(lambda: server._serving.cancel())
    with pytest.raises(StageFailure, match="stopped serving"):
        wait_until(server.check_alive)


def test_longest_request_fits_limit() -> None:
    longest = ConnectRequest((1 << 53) - 1, "a" * 253, 65535, 59.999999999999)
    assert len(encode(longest)) <= MAX_BYTES
