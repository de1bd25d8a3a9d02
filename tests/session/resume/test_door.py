from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bus.failures import Rejected
from session.resume.keeper_socket import KeeperServer
from session.run.kept_session import DROP, GIVE, TAKEN, KeptSession, decode, encode
from tests.session.events import final, log

BODY = encode(KeptSession({"session": {"keep_s": 1.0}}, log(final(1)), 5))


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("d")


@pytest.fixture
def ask(place: Path) -> Iterator[Callable[..., tuple[bytes, bool]]]:
    """Return a function that says words at a door, and returns what came and whether all is over."""
    with KeeperServer(place / "kept") as door:

        def publish(*words: bytes) -> tuple[bytes, bool]:
            over: list[bool] = []
            answering = threading.Thread(target=lambda: over.append(door.answer(BODY, 5.0)))
            answering.start()
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.connect(str(place / "kept"))
                for word in words:
                    line.sendall(word)
                line.shutdown(socket.SHUT_WR)
                came = b"".join(iter(lambda: line.recv(1 << 16), b""))
            answering.join(5)
            return came, over[0]

        yield publish


def test_what_is_kept_is_given_and_let_go_when_it_is_in_good_hands(
    ask: Callable[..., tuple[bytes, bool]],
) -> None:
    came, over = ask(GIVE, TAKEN)
    assert decode(came[8:]) == KeptSession({"session": {"keep_s": 1.0}}, log(final(1)), 5)
    assert over


@pytest.mark.parametrize("words", [(GIVE,), (GIVE, b"tak"), (), (b"what?",)])
def test_one_who_goes_away_in_between_has_taken_nothing(
    ask: Callable[..., tuple[bytes, bool]], words: tuple[bytes, ...]
) -> None:
    assert ask(*words)[1] is False


def test_what_is_kept_is_wiped_on_request_without_being_given(
    ask: Callable[..., tuple[bytes, bool]],
) -> None:
    assert ask(DROP) == (DROP, True)


def test_nobody_who_asks_is_no_end(place: Path) -> None:
    with KeeperServer(place / "kept") as door:
        assert not door.answer(BODY, 0.01)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("body", [b"", b"\xc1", BODY[:-1], b"\x91" * 5000])
def test_what_is_no_log_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected):
        decode(body)
