"""Sandboxed stages that need no other program open and connect no socket."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bus.run import RUN_VARIABLE, Run
from bus.stages.table import STAGE_KINDS
from tests.support.sandboxed_program import SANDBOXED, run
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="enforced on Linux alone")

CLOSED = [name for name, plan in STAGE_KINDS.items() if not plan.rights.opens_sockets]

ATTEMPTS = """
import errno
before = [socket.socket(socket.AF_UNIX, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)]
connected = socket.socket(socket.AF_UNIX); connected.connect(sys.argv[3] + "/stream")
report = sandbox.enforce(); assert report.enforced, report
stream, datagram = sys.argv[3] + "/stream", sys.argv[3] + "/datagram"
pair, other = socket.socketpair()
attempts = {
    "open": lambda: socket.socket(socket.AF_UNIX),
    "connect what was open": lambda: before[0].connect(stream),
    "send with an address": lambda: before[1].sendto(b"words", datagram),
    "bind": lambda: before[1].bind(sys.argv[3] + "/own"),
    "datagram pair": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
    "message with an address": lambda: pair.sendmsg([b"words"], [], 0, datagram),
}
for name, attempt in attempts.items():
    try:
        attempt()
        found[name] = "done"
    except OSError as error:
        found[name] = errno.errorcode[error.errno]
import asyncio
connected.sendall(b"still connected")
found["an event loop"] = asyncio.run(asyncio.sleep(0, "runs"))
print(json.dumps(found))
"""


@pytest.mark.parametrize("stage", CLOSED)
def test_a_closed_stage_reaches_no_other_program(stage: str, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stream, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        stream.bind(str(tmp_path / "stream"))
        stream.listen()
        other.bind(str(tmp_path / "datagram"))
        other.setblocking(False)
        found = run(SANDBOXED + ATTEMPTS, str(tmp_path), "{}", str(tmp_path), stage=stage)
        with stream.accept()[0] as kept:
            assert kept.recv(20) == b"still connected"
        with pytest.raises(BlockingIOError):
            other.recv(20)
    assert found.pop("an event loop") == "runs"
    assert found.pop("message with an address") == "EISCONN"
    assert set(found.values()) == {"EINVAL"}


def test_these_stages_are_closed() -> None:
    assert {"hub", "vad", "stt", "view", "model-server", "keeper"} <= {*CLOSED}


@pytest.fixture
def bus_address(tmp_path: Path) -> Iterator[str]:
    """Return the address of a running message bus, which would start any service of the user."""
    if shutil.which("dbus-daemon") is None or shutil.which("dbus-send") is None:
        pytest.skip("dbus is not installed")
    address = f"unix:path={tmp_path}/bus"
    with subprocess.Popen(["dbus-daemon", "--session", "--nofork", f"--address={address}"]) as daemon:
        wait_until((tmp_path / "bus").exists)
        yield address
        daemon.terminate()


SEND = """
report = sandbox.enforce(); assert report.enforced, report
sent = subprocess.run(
    ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
     "org.freedesktop.DBus.UpdateActivationEnvironment", "dict:string:string:SAID,words"],
    capture_output=True, text=True)
print(json.dumps([sent.returncode, sent.stderr]))
"""


@pytest.mark.parametrize(("stage", "reaches"), [("vad", False), ("stt", False), ("overlay", True)])
def test_the_message_bus_is_out_of_reach_of_a_stage_with_audio(
    stage: str, reaches: bool, bus_address: str
) -> None:
    code, message = run(SANDBOXED + SEND, stage=stage, DBUS_SESSION_BUS_ADDRESS=bus_address)
    assert (code == 0) is reaches, message
    assert reaches or "Invalid argument" in message


def test_a_mutant_that_may_connect_is_noticed() -> None:
    program = """
import json
from pathlib import Path
from bus.run import Run
from bus.sandbox import Sandbox, seccomp
from bus.stages.table import rights_of
limits = seccomp._socket_limits
left_out = ("connect", "sendto")
seccomp._socket_limits = lambda sockets: [each for each in limits(sockets) if each[0] not in left_out]
print(json.dumps(Sandbox(rights_of(STAGE), Run(Path("/nowhere"), {}), STAGE).enforce().summary))
"""
    assert run(program) == "not enforced: connect, sendto still possible"


def test_a_mutant_that_may_open_unix_sockets_is_noticed() -> None:
    program = """
import json
from pathlib import Path
from bus.run import Run
from bus.sandbox import Sandbox, seccomp
from bus.stages.table import rights_of
one_of = seccomp._one_of
seccomp._one_of = lambda argument, values, *error: one_of(argument, values or [1], *error)
print(json.dumps(Sandbox(rights_of(STAGE), Run(Path("/nowhere"), {}), STAGE).enforce().summary))
"""
    summary = run(program)
    assert summary.startswith("not enforced: UNIX socket, UNIX socket from an older thread")
    assert "a socket from a child" in summary


def test_a_stage_without_a_hub_ends_with_a_message(make_run: Callable[..., Run]) -> None:
    program = """
from bus import stage
stage._HUB_LIMIT_S = 0.2
with stage.Stage("view") as view:
    view.enter_sandbox()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, RUN_VARIABLE: str(make_run().directory)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode != 0
    assert "the hub does not answer" in ended.stderr
