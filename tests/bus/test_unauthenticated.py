"""Unauthenticated clients are rejected, counted and reported, and the session continues."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zmq

from bus import messages as m
from bus.client import PUBLISH, SUBSCRIBE, Batch, HubClient, Subscription
from bus.failures import MachineFailure, Overrun, RingUnavailable
from bus.hub import Hub
from bus.ring.memory import BLOCK_SAMPLES, attach_memory, create_memory
from bus.ring.reader import AudioRing
from bus.ring.writer import RingWriter
from bus.run import RUN_VARIABLE, Run
from bus.run.directories import remove_stale_runs
from tests.conftest import StartStage
from tests.support.waiting import wait_until

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="sealed memfds exist on Linux alone")

ENDING = m.encode(m.SessionEnding(cause="unauthenticated"))


@pytest.fixture
def client_socket(hub_run: Run) -> Iterator[zmq.Socket[bytes]]:
    """Return a connection to the hub of a client that only knows the address."""
    context = zmq.Context()
    line: zmq.Socket[bytes] = context.socket(zmq.DEALER)
    line.connect(hub_run.hub_address)
    yield line
    line.close(linger=0)
    context.term()


def received(view: HubClient, wanted: Callable[[m.Event], bool]) -> list[m.Event]:
    """Return everything a view receives up to the first matching event."""
    events: list[m.Event] = []

    def came() -> bool:
        events.extend(logged.event for logged in view.poll(0.05))
        return any(map(wanted, events))

    wait_until(came)
    return events


def is_ending(cause: str) -> Callable[[m.Event], bool]:
    return lambda event: event == m.SessionEnding(cause=cause)


def is_rejection(event: m.Event) -> bool:
    return isinstance(event, m.ProblemReported) and "on the event bus" in event.problem


def check_delivery(run: Run) -> list[m.Event]:
    """Check that a stage's events still reach subscribers; return all events."""
    with HubClient("session", run) as session, HubClient("view", run) as view:
        session.publish(m.SessionEnding(cause="ours"))
        return received(view, is_ending("ours"))


def test_a_client_without_token_is_rejected_and_reported_once(
    hub_run: Run, client_socket: zmq.Socket[bytes], make_run: Callable[..., Run]
) -> None:
    follow = msgspec.msgpack.encode(Subscription(0, ["SessionEnding", "StageReady"]))
    own = hub_run.token("session")
    for token in (b"", b"wrong", own[:-1], own.upper() + b" ", own.removeprefix(b"session"), b"\xff="):
        client_socket.send_multipart([token, PUBLISH, ENDING])
        client_socket.send_multipart([token, SUBSCRIBE, follow])
    client_socket.send_multipart([make_run().token("session"), PUBLISH, ENDING])
    with HubClient("view", hub_run) as view:
        received(view, is_rejection)
    events = check_delivery(hub_run)
    assert [event for event in events if isinstance(event, m.SessionEnding)] == [
        m.SessionEnding(cause="ours")
    ]
    assert sum(map(is_rejection, events)) == 1
    assert not client_socket.poll(0), "and nothing was given away"


def test_frames_of_another_run_are_refused_here(hub_run: Run, client_socket: zmq.Socket[bytes]) -> None:
    other = Run(hub_run.directory, {}, os.urandom(32).hex().encode())
    for _ in range(3):
        client_socket.send_multipart([other.token("session"), PUBLISH, ENDING])
    events = check_delivery(hub_run)
    assert not any(map(is_ending("unauthenticated"), events))


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("vad:mic", m.Heartbeat(stage="stt", processed_seq=1)),
        ("llm", m.StageReady(stage="capture:mic")),
        ("vad:mic", m.SpeechResumed(source="call", utterance=1, resumed_sample=1)),
        ("view", m.SessionEnding(cause="I say so")),
        ("nobody", m.ProblemReported(stage="nobody", problem="x")),
    ],
)
def test_a_stage_cannot_speak_for_another(
    hub_run: Run, client_socket: zmq.Socket[bytes], name: str, event: m.Event
) -> None:
    client_socket.send_multipart([hub_run.token(name), PUBLISH, m.encode(event)])
    with HubClient("view", hub_run, kinds=frozenset({type(event), m.ProblemReported})) as view:
        events = received(view, is_rejection)
    assert event not in events


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("vad:mic", m.RequestSent),
        ("connector", m.RequestSent),
        ("capture:call", m.ProviderRequested),
        ("llm", m.PartialTranscribed),
    ],
)
def test_a_stage_receives_no_event_that_it_needs_not(hub_run: Run, name: str, event: type[m.Message]) -> None:
    with HubClient(name, hub_run, kinds=frozenset({event})) as curious, HubClient("view", hub_run) as view:
        received(view, is_rejection)
        assert curious.poll(0.2) == []


def test_a_token_for_a_stage_is_none_for_another(hub_run: Run, client_socket: zmq.Socket[bytes]) -> None:
    """What stt could do when all stages had the same token: choose a provider as the overlay."""
    chosen = m.ProviderRequested(provider="https://evil.example/v1", model="", by="overlay")
    forged = hub_run.token("stt").replace(b"stt=", b"overlay=")
    for token in (hub_run.token("stt"), forged, hub_run.token("vad:mic")):
        client_socket.send_multipart([token, PUBLISH, m.encode(chosen)])
    with HubClient("view", hub_run, kinds=frozenset({m.ProviderRequested, m.ProblemReported})) as view:
        assert chosen not in received(view, is_rejection)


def test_random_frames_and_wrong_counts_of_frames_do_no_harm(
    hub_run: Run, client_socket: zmq.Socket[bytes]
) -> None:
    chance = random.Random(5)
    for count in range(400):
        frames = [chance.randbytes(chance.randrange(200)) for _ in range(1 + count % 7)]
        client_socket.send_multipart(frames if count % 3 else [hub_run.token("vad:mic"), *frames])
    assert sum(map(is_rejection, check_delivery(hub_run))) >= 1


def test_bytes_that_are_no_zeromq_do_no_harm(hub_run: Run) -> None:
    chance = random.Random(5)
    path = hub_run.hub_address.removeprefix("ipc://")
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48)
    for count in range(60):
        with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
            line.connect(path)
            line.sendall((greeting if count % 2 else b"") + chance.randbytes(300) + b"\xff" * 64)
    check_delivery(hub_run)


def test_a_thousand_connections_do_no_harm(
    hub_run: Run,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1500
    if hard < wanted + 200:
        pytest.skip("this machine does not let one process open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted + 200), hard))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        session = stack.enter_context(HubClient("session", hub_run))
        view = stack.enter_context(HubClient("view", hub_run))
        session.publish(m.SessionEnding(cause="before"))
        received(view, is_ending("before"))
        for _ in range(wanted):
            line = stack.enter_context(socket.socket(socket.AF_UNIX))
            line.setblocking(False)
            with contextlib.suppress(BlockingIOError):  # the backlog is full
                line.connect(hub_run.hub_address.removeprefix("ipc://"))
        session.publish(m.SessionEnding(cause="during"))
        received(view, is_ending("during"))
    check_delivery(hub_run)


def test_an_endless_sender_does_not_block_others(hub_run: Run, client_socket: zmq.Socket[bytes]) -> None:
    stop = threading.Event()

    def send() -> None:
        while not stop.is_set():
            with contextlib.suppress(zmq.Again):
                client_socket.send_multipart([b"no", b"such", b"thing", b""], zmq.DONTWAIT)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        for _ in range(5):
            check_delivery(hub_run)
    finally:
        stop.set()
        sender.join()


def test_a_subscriber_that_never_reads_delays_no_other(
    hub_run: Run, client_socket: zmq.Socket[bytes]
) -> None:
    follow = msgspec.msgpack.encode(Subscription(0, ["SessionEnding"]))
    for _ in range(3000):
        client_socket.send_multipart([hub_run.token("view"), SUBSCRIBE, follow])
    with HubClient("session", hub_run) as session, HubClient("view", hub_run) as view:
        for number in range(2000):
            session.publish(m.SessionEnding(cause=f"{number} {'x' * 500}"))
        session.publish(m.SessionEnding(cause="last"))
        received(view, is_ending("last"))


@pytest.mark.parametrize(
    "frames",
    [
        [b"no token", msgspec.msgpack.encode(Batch([m.Logged(9, 0, m.SessionEnding(cause="forged"))], 9))],
        [msgspec.msgpack.encode(Batch([m.Logged(9, 0, m.SessionEnding(cause="forged"))], 9))],
        [b""],
    ],
)
def test_a_stage_accepts_nothing_from_an_impostor_hub(
    make_run: Callable[..., Run], frames: list[bytes]
) -> None:
    run = make_run()
    context = zmq.Context()
    impostor = context.socket(zmq.ROUTER)
    (run.directory / "hub").mkdir()
    impostor.bind(run.hub_address)
    with HubClient("view", run) as view:
        peer = impostor.recv_multipart()[0]
        impostor.send_multipart([peer, *frames])
        wait_until(lambda: view.poll(0.05) or view.rejected)
        assert view.rejected == 1
        assert view.processed_seq == 0
        assert impostor.poll(5000), "it asks again, for when the hub is back"
    impostor.close(linger=0)
    context.term()


@pytest.mark.parametrize("kind", ["socket", "file", "link", "broken link"])
def test_what_lay_at_the_hubs_address_before_is_replaced(
    make_run: Callable[..., Run], tmp_path: Path, kind: str
) -> None:
    run = make_run()
    place = run.directory / "hub" / "hub"
    place.parent.mkdir()
    aim = tmp_path / "aim"
    aim.write_text("keep me")
    if kind == "socket":
        with socket.socket(socket.AF_UNIX) as line:
            line.bind(str(place))
    elif kind == "file":
        place.write_text("x")
    else:
        place.symlink_to(aim if kind == "link" else tmp_path / "nowhere")
    hub = Hub(run)
    assert place.is_socket()
    assert not place.is_symlink()
    assert aim.read_text() == "keep me"
    hub.close()


def test_a_directory_at_the_hub_address_is_a_failure(make_run: Callable[..., Run]) -> None:
    run = make_run()
    (run.directory / "hub" / "hub").mkdir(parents=True)
    with pytest.raises(MachineFailure, match="cannot listen"):
        Hub(run)


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
@pytest.mark.parametrize("which", ["directory", "run.json", "key"])
def test_a_run_that_others_can_enter_is_refused(
    make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, which: str, mode: int
) -> None:
    run = make_run()
    place = run.directory if which == "directory" else run.directory / which
    place.chmod(mode)
    monkeypatch.setenv(RUN_VARIABLE, str(run.directory))
    with pytest.raises(MachineFailure, match="other users have access"):
        Run.open()
    place.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("which", ["directory", "run.json", "key"])
def test_a_run_of_another_user_is_refused_and_not_removed(
    make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    run = make_run()
    os.chown(run.directory if which == "directory" else run.directory / which, 12345, 12345)
    monkeypatch.setenv(RUN_VARIABLE, str(run.directory))
    with pytest.raises(MachineFailure, match="other users have access"):
        Run.open()


@pytest.mark.parametrize("which", ["directory", "files"])
def test_a_link_in_the_place_of_a_run_is_not_followed(
    make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, which: str
) -> None:
    run = make_run()
    link = tmp_path / "cuecard-1-x"
    if which == "directory":
        link.symlink_to(run.directory)
    else:
        link.mkdir(0o700)
        for name in ("run.json", "key"):
            (link / name).symlink_to(run.directory / name)
    monkeypatch.setenv(RUN_VARIABLE, str(link))
    with pytest.raises(MachineFailure, match="not a run directory"):
        Run.open()


def test_sweeping_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    vanished = subprocess.Popen([sys.executable, "-c", ""])
    vanished.wait()
    (tmp_path / f"cuecard-{vanished.pid}-x").symlink_to(tmp_path / "precious")
    assert remove_stale_runs(tmp_path) == []
    assert (tmp_path / "precious" / "file").exists()


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[" * 100_000, b'{"token": "", "settings": {}}', b" " * (2 << 20), b"\xff"]
)
def test_a_run_file_that_is_none_of_ours_is_refused(
    make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    run = make_run()
    (run.directory / "run.json").write_bytes(body)
    monkeypatch.setenv(RUN_VARIABLE, str(run.directory))
    with pytest.raises(MachineFailure, match="not a run directory"):
        Run.open()


@contextlib.contextmanager
def served(address: Path, descriptor: int) -> Iterator[None]:
    """Serve a descriptor at a ring's address, as an impostor would."""
    with socket.socket(socket.AF_UNIX) as server:
        address.unlink(missing_ok=True)
        server.bind(str(address))
        server.listen()

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    line, _ = server.accept()
                    with line:
                        socket.send_fds(line, [b"ring"], [descriptor])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@linux_only
def test_memory_that_can_be_truncated_is_not_mapped(tmp_path: Path) -> None:
    import fcntl

    memory, handle = create_memory(10)
    assert handle.descriptor is not None
    sound = os.pread(handle.descriptor, 1 << 20, 0)
    for seals in (0, fcntl.F_SEAL_GROW, fcntl.F_SEAL_SHRINK, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW):
        fake = os.memfd_create("fake", os.MFD_ALLOW_SEALING)
        os.write(fake, sound)
        fcntl.fcntl(fake, fcntl.F_ADD_SEALS, seals)
        with served(tmp_path / "r", fake), pytest.raises(ConnectionRefusedError):
            attach_memory(tmp_path / "r")
        os.close(fake)
    memory.unmap()
    handle.close()


@linux_only
@pytest.mark.parametrize("kind", ["file", "pipe", "device", "huge"])
def test_a_descriptor_that_is_no_memory_of_ours_is_refused(tmp_path: Path, kind: str) -> None:
    if kind == "file":
        (tmp_path / "f").write_bytes(bytes(100_000))
        fake = os.open(tmp_path / "f", os.O_RDONLY)
    elif kind == "pipe":
        fake = os.pipe()[0]
    elif kind == "device":
        fake = os.open("/dev/zero", os.O_RDONLY)
    else:
        fake = os.memfd_create("fake", os.MFD_ALLOW_SEALING)
        os.ftruncate(fake, 1 << 40)
    with served(tmp_path / "r", fake), pytest.raises(RingUnavailable):
        AudioRing.attach(tmp_path / "r", timeout_s=0.0)
    os.close(fake)


@linux_only
@pytest.mark.parametrize("written", [-(1 << 62), -1, 1 << 40, (1 << 63) - 1])
def test_a_false_write_position_yields_no_audio(tmp_path: Path, written: int) -> None:
    memory, handle = create_memory(100)
    assert handle.descriptor is not None
    with served(tmp_path / "r", handle.descriptor), AudioRing.attach(tmp_path / "r") as ring:
        memory.head["written_blocks"] = written
        with contextlib.suppress(Overrun):
            windows = ring.windows(512, start_sample=ring.oldest_sample, until=lambda: False)
            assert not len(next(windows).samples)
        for start in (0, ring.oldest_sample, ring.written_sample - 512):
            with pytest.raises(Overrun) as lost:
                ring.read(start, start + 512)
            assert start < lost.value.stop_sample, "whoever reads on gets on"
    memory.unmap()
    handle.close()


@linux_only
def test_a_changed_block_count_is_ignored(tmp_path: Path) -> None:
    memory, handle = create_memory(100)
    assert handle.descriptor is not None
    with served(tmp_path / "r", handle.descriptor):
        attached = attach_memory(tmp_path / "r")
        memory.head["blocks"] = 1 << 40
        with AudioRing(tmp_path / "r", attached) as ring:
            memory.head["written_blocks"] = 1 << 30
            assert ring.oldest_sample == ((1 << 30) - 100) * BLOCK_SAMPLES
    memory.unmap()
    handle.close()


@linux_only
def test_an_impostor_at_the_ring_address_gets_no_reader(tmp_path: Path) -> None:
    address = tmp_path / "r"
    fake = os.memfd_create("fake")
    os.ftruncate(fake, 1 << 20)
    with RingWriter(address, first_sample_ns=0, seconds=1.0) as writer:
        ring = AudioRing.attach(address)
        writer.write(np.ones(1600, np.int16))
        with served(address, fake):
            windows = ring.windows(1600, start_sample=0, until=lambda: False)
            assert len(next(windows).samples) == 1600
            for _ in range(5):
                assert len(next(windows).samples) == 0, "it waits for the writer, and finds no other"
        ring.close()


@linux_only
def test_a_silent_ring_client_delays_no_other(tmp_path: Path) -> None:
    with RingWriter(tmp_path / "r", first_sample_ns=0, seconds=0.1), contextlib.ExitStack() as stack:
        for _ in range(300):
            line = stack.enter_context(socket.socket(socket.AF_UNIX))
            line.setblocking(False)
            with contextlib.suppress(BlockingIOError):  # the backlog is full
                line.connect(str(tmp_path / "r"))
        AudioRing.attach(tmp_path / "r").close()


def test_a_ring_goes_where_a_directory_lies_only_with_words(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    with pytest.raises(MachineFailure, match="cannot be made"):
        RingWriter(tmp_path / "r", first_sample_ns=0, seconds=0.1)


@linux_only
def test_the_kernel_identifies_the_peer(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as line:
        server.bind(str(tmp_path / "s"))
        server.listen()
        line.connect(str(tmp_path / "s"))
        _, user, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    assert user == os.getuid()


def test_the_hub_as_a_process_outlives_all_of_it(
    make_run: Callable[..., Run], start_stage: StartStage
) -> None:
    run = make_run()
    hub = start_stage(run, "bus")
    context = zmq.Context()
    chance = random.Random(7)
    for _ in range(100):
        with context.socket(zmq.DEALER) as line:
            line.connect(run.hub_address)
            line.send_multipart([run.token("view"), SUBSCRIBE, chance.randbytes(40)])
            line.send_multipart([run.token("view"), SUBSCRIBE, b"\x82\xa5since\x01\xa5kinds\x91\xa2\xff\xff"])
            line.send_multipart([run.token("session"), PUBLISH, b"\x91" * 100_000])
            line.close(linger=500)
    context.term()
    check_delivery(run)
    assert hub.poll() is None
