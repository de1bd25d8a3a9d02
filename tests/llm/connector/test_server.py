"""The connector's server: unauthenticated, malformed and silent clients do not disturb others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import psutil
import pytest

from bus.failures import StageFailure
from bus.local_socket import PASSES_SOCKETS
from llm.client.sockets import ConnectFailed, ConnectorSockets
from llm.connector.protocol import (
    MAX_BYTES,
    ConnectReply,
    ConnectRequest,
    decode_reply,
    encode,
)
from llm.connector.server import ConnectorServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(not PASSES_SOCKETS, reason="no sockets are passed on this system")

SECRET = "5" * 32


@pytest.fixture
def provider() -> Iterator[socket.socket]:
    """Return a listening server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def asked() -> list[tuple[str, int]]:
    """Return the hosts that the connector blocked."""
    return []


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[str, int]]) -> Iterator[Path]:
    """Return the address of a connector that allows only this machine."""
    place = tmp_path_factory.mktemp("d") / "connector"
    with ConnectorServer(
        place, SECRET, lambda host, _: host == "127.0.0.1", lambda *at: asked.append(at)
    ) as server:
        server.start()
        yield place


def answer_to(address: Path, sent: bytes) -> bytes:
    """Send bytes to the connector, and return its whole reply."""
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(10)
        channel.connect(str(address))
        answered = b""
        with contextlib.suppress(ConnectionError):  # closed before all was sent
            channel.sendall(sent)
            while more := channel.recv(4096):
                answered += more
        return answered


def connect(address: Path, port: int, secret: str = SECRET) -> socket.socket:
    return asyncio.run(ConnectorSockets(address, secret).receive_socket("127.0.0.1", port, 5.0))


def request(**changes: object) -> bytes:
    sound = {"secret": SECRET, "host": "127.0.0.1", "port": 9, "timeout_s": 1.0}
    return msgspec.json.encode({**sound, **changes}) + b"\n"


def test_authenticated_client_gets_untouched_connection(address: Path, provider: socket.socket) -> None:
    provider.settimeout(10)

    def send_first() -> None:
        connection, _ = provider.accept()
        with connection:
            connection.sendall(b"first words")

    sender = threading.Thread(target=send_first)
    sender.start()
    with connect(address, provider.getsockname()[1]) as connection:
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
        b"[" * 2000,
        b"{}\n",
        b"x" * (MAX_BYTES + 1),
        request(secret="6" * 32),
        request(secret=""),
        request(secret=None),
        request(secret="5" * 65),
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
        request()[:-1] + b" " * MAX_BYTES + b"\n",
    ],
)
def test_malformed_request_closes_channel(address: Path, provider: socket.socket, sent: bytes) -> None:
    assert answer_to(address, sent) == b""
    connect(address, provider.getsockname()[1]).close()


def test_silent_clients_delay_no_other(address: Path, provider: socket.socket) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(socket.socket(socket.AF_UNIX)).connect(str(address))
        connect(address, provider.getsockname()[1]).close()


def test_blocked_host_is_refused_and_reported(address: Path, asked: list[tuple[str, int]]) -> None:
    assert decode_reply(answer_to(address, request(host="8.8.8.8", port=53))) == ConnectReply("not chosen")
    assert asked == [("8.8.8.8", 53)]


def test_refused_connection(address: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectFailed, match="refused"):
            connect(address, closed.getsockname()[1])


def test_other_user_is_rejected(
    address: Path, provider: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = os.getuid()
    monkeypatch.setattr("os.getuid", lambda: own + 1)
    assert answer_to(address, request(port=provider.getsockname()[1])) == b""


@pytest.mark.parametrize("passed", ["nothing", "a file", "a socket of this machine"])
def test_impostor_cannot_pass_a_descriptor(tmp_path_factory: pytest.TempPathFactory, passed: str) -> None:
    place = tmp_path_factory.mktemp("d") / "connector"
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as local:
        listener.bind(str(place))
        listener.listen()

        def pass_socket() -> None:
            channel, _ = listener.accept()
            with channel, place.parent.joinpath("file").open("wb") as file:
                channel.recv(4096)
                fds = {"a file": [file.fileno()], "a socket of this machine": [local.fileno()]}
                socket.send_fds(channel, [encode(ConnectReply("connected"))], fds.get(passed, []))

        impostor = threading.Thread(target=pass_socket)
        impostor.start()
        before = psutil.Process().num_fds()
        with pytest.raises(ConnectFailed, match="unreachable"):
            connect(place, 443)
        impostor.join(10)
        assert psutil.Process().num_fds() <= before


def test_stopped_server_fails_liveness_check(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("d") / "connector"
    with ConnectorServer(place, SECRET, lambda *_: True, lambda *_: None) as server:
        server.start()
        server.check_alive()
        server._loop.call_soon_threadsafe(lambda: server._serving.cancel())
        with pytest.raises(StageFailure, match="stopped serving"):
            wait_until(server.check_alive)


def test_longest_request_fits_limit() -> None:
    longest = ConnectRequest("5" * 64, "a" * 253, 65535, 59.999999999999)
    assert len(encode(longest)) <= MAX_BYTES
