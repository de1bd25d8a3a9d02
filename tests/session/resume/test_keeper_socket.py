from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bus.failures import Rejected
from session.resume.keeper_socket import KeeperServer
from session.run.kept_session import DROP, GIVE, TAKEN, KeptSession, decode, encode
from tests.support.events import final, log

BODY = encode(KeptSession({"session": {"keep_s": 1.0}}, log(final(1)), 5))


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("d")


@pytest.fixture
def ask(place: Path) -> Iterator[Callable[..., tuple[bytes, bool]]]:
    """Return a function that sends words and returns the reply, and whether the session was dropped."""
    with KeeperServer(place / "kept") as server:

        def send(*words: bytes) -> tuple[bytes, bool]:
            dropped: list[bool] = []
            serving = threading.Thread(target=lambda: dropped.append(server.serve(BODY, 5.0)))
            serving.start()
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.connect(str(place / "kept"))
                for word in words:
                    connection.sendall(word)
                connection.shutdown(socket.SHUT_WR)
                reply = b"".join(iter(lambda: connection.recv(1 << 16), b""))
            serving.join(5)
            return reply, dropped[0]

        yield send


def test_session_is_served_and_dropped_after_confirmation(
    ask: Callable[..., tuple[bytes, bool]],
) -> None:
    reply, dropped = ask(GIVE, TAKEN)
    assert decode(reply[8:]) == KeptSession({"session": {"keep_s": 1.0}}, log(final(1)), 5)
    assert dropped


@pytest.mark.parametrize("words", [(GIVE,), (GIVE, b"tak"), (), (b"what?",)])
def test_client_that_disconnects_has_received_nothing(
    ask: Callable[..., tuple[bytes, bool]], words: tuple[bytes, ...]
) -> None:
    assert ask(*words)[1] is False


def test_session_is_dropped_on_request(
    ask: Callable[..., tuple[bytes, bool]],
) -> None:
    assert ask(DROP) == (DROP, True)


def test_server_without_a_client_keeps_the_session(place: Path) -> None:
    with KeeperServer(place / "kept") as server:
        assert not server.serve(BODY, 0.01)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("body", [b"", b"\xc1", BODY[:-1], b"\x91" * 5000])
def test_invalid_session_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected):
        decode(body)
