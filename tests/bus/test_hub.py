from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zmq

from bus import messages as m
from bus import wiring
from bus.client import PUBLISH, SUBSCRIBE, HubClient, Subscription
from bus.failures import MachineFailure, Rejected
from bus.hub import Hub
from bus.run import Run
from tests.conftest import StartStage
from tests.support.waiting import wait_until


def endings(client: HubClient, count: int) -> list[m.Logged]:
    """Return the first `count` SessionEnding events that `client` receives."""
    found: list[m.Logged] = []

    def enough() -> bool:
        found.extend(logged for logged in client.poll(0.05) if isinstance(logged.event, m.SessionEnding))
        return len(found) >= count

    wait_until(enough)
    return found


def test_a_late_follower_gets_the_whole_session_in_order(hub_run: Run) -> None:
    with HubClient("session", hub_run) as session:
        for number in range(1000):
            session.publish(m.SessionEnding(cause=str(number)))
        with HubClient("view", hub_run) as late:
            received = endings(late, 1000)
    assert [logged.event.cause for logged in received] == [str(n) for n in range(1000)]  # type: ignore[union-attr]
    assert [logged.seq for logged in received] == sorted(logged.seq for logged in received)


def test_a_sleeping_subscriber_delays_no_other(hub_run: Run) -> None:
    with (
        HubClient("session", hub_run) as session,
        HubClient("overlay", hub_run) as sleeper,
        HubClient("view", hub_run) as awake,
    ):
        for number in range(3000):
            session.publish(m.SessionEnding(cause=str(number)))
        assert len(endings(awake, 3000)) == 3000
        assert len(endings(sleeper, 3000)) == 3000, "and it catches up when it wakes"


def test_a_stage_publishes_only_what_the_wiring_allows(hub_run: Run) -> None:
    with HubClient("view", hub_run) as view, pytest.raises(Rejected):
        view.publish(m.SessionEnding(cause="I say so"))


def test_a_hub_without_the_key_accepts_nothing(make_run: Callable[..., Run]) -> None:
    run = make_run()
    hub = Hub(Run(run.directory, {}))
    for token in (b"", b"session", run.token("session")):
        with pytest.raises(Rejected, match="without a token"):
            hub.receive(b"peer", [token, PUBLISH, m.encode(m.SessionEnding(cause="x"))])
    hub.close()


def test_unauthenticated_clients_are_rejected_and_counted(make_run: Callable[..., Run]) -> None:
    run = make_run()
    hub = Hub(run)
    context = zmq.Context()
    client_socket = context.socket(zmq.DEALER)
    client_socket.connect(run.hub_address)
    ending = m.encode(m.SessionEnding(cause="x"))
    follow = msgspec.msgpack.encode(Subscription(0, ["NoSuchKind"]))
    for frames in (
        [b"session=wrong", PUBLISH, ending],
        [run.token("view"), PUBLISH, ending],
        [run.token("session"), PUBLISH, b"\xc1"],
        [run.token("session"), PUBLISH],
        [run.token("session"), b"shutdown", b""],
        [run.token("view"), SUBSCRIBE, follow],
        [run.token("view"), SUBSCRIBE, b"\x00"],
        [b""],
    ):
        client_socket.send_multipart(frames)
    give_up = time.monotonic() + 10
    hub.serve(until=lambda: hub.rejected == 8 or time.monotonic() > give_up)
    assert hub.rejected == 8
    [reported] = [logged.event for logged in hub.log.since(0, wiring.LOGGED, 100)[0]]
    # The first is reported at once, so the number depends on how many had arrived by then.
    assert isinstance(reported, m.ProblemReported), "it is told once, and nothing else reached the log"
    assert (reported.stage, reported.kept) == (
        "hub",
        "nothing was accepted from the sender, and nothing was sent to it",
    )
    assert re.search(
        r"rejected [1-8] unauthenticated or invalid messages? on the event bus", reported.problem
    )
    hub.close()
    client_socket.close(linger=0)
    context.term()


def test_an_oversized_message_is_dropped(hub_run: Run) -> None:
    context = zmq.Context()
    with context.socket(zmq.DEALER) as client_socket, HubClient("session", hub_run) as session:
        client_socket.connect(hub_run.hub_address)
        client_socket.send_multipart([hub_run.token("session"), PUBLISH, bytes(4 << 20)])
        with HubClient("view", hub_run) as view:
            session.publish(m.SessionEnding(cause="still here"))
            assert endings(view, 1)
        client_socket.close(linger=0)
    context.term()


def test_a_hub_without_a_directory_is_a_failure(make_run: Callable[..., Run]) -> None:
    run = make_run()
    run.remove()
    with pytest.raises(MachineFailure, match="cannot listen"):
        Hub(run)


def test_the_hub_process_stops_cleanly_when_asked(
    make_run: Callable[..., Run], start_stage: StartStage
) -> None:
    run = make_run()
    child = start_stage(run, "bus")
    with HubClient("session", run) as client:
        assert client.poll(timeout_s=10)
    child.terminate()
    assert child.wait(5) == 0
    assert not Path(run.directory / "hub").exists() or run.directory.exists()
