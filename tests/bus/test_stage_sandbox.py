"""Stages require their sandbox unless the user allows otherwise, and protect their memory."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import msgspec
import pytest

from bus import messages as m
from bus.client import HubClient
from bus.run import Run
from bus.stages.plan import StagePlan
from session.settings import SessionSettings
from session.supervise.child import Child
from tests.conftest import stage_environment
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="enforced on Linux alone")

SANDBOXLESS = """
from bus.sandbox import seccomp
seccomp.load = lambda sockets: 1
from bus.stage import Stage
with Stage("capture:mic") as stage:
    stage.enter_sandbox()
    stage.ready("hears")
    while not stage.stopping():
        stage.poll(0.05)
"""
PRIVATE = """
import ctypes, json, resource
from bus.stage import Stage
with Stage("vad:mic") as stage:
    dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
    stage.ready(json.dumps([resource.getrlimit(resource.RLIMIT_CORE)[0], dumpable]))
    while not stage.stopping():
        stage.poll(0.05)
"""


@pytest.fixture
def start(make_run: Callable[..., Run]) -> Iterator[Callable[..., tuple[HubClient, subprocess.Popen[bytes]]]]:
    children: list[subprocess.Popen[bytes]] = []
    lines: list[HubClient] = []

    def begin(program: str, **settings: msgspec.Struct) -> tuple[HubClient, subprocess.Popen[bytes]]:
        run = make_run(**settings)
        children.extend(
            subprocess.Popen([sys.executable, *command], env=stage_environment(run))
            for command in (["-m", "bus"], ["-c", program])
        )
        lines.append(HubClient("view", run, kinds=frozenset({m.StageReady, m.ProblemReported})))
        return lines[-1], children[-1]

    yield begin
    for line in lines:
        line.close()
    for child in children[::-1]:
        child.send_signal(signal.SIGTERM)
        child.wait(10)


def received(line: HubClient, stage: str) -> list[m.Event]:
    events: list[m.Event] = []

    def said() -> bool:
        events.extend(logged.event for logged in line.poll(0.05))
        return any(getattr(event, "stage", "") == stage for event in events)

    wait_until(said, timeout_s=20)
    return [event for event in events if getattr(event, "stage", "") == stage]


def test_without_a_sandbox_a_stage_gets_no_audio(
    start: Callable[..., tuple[HubClient, subprocess.Popen[bytes]]],
) -> None:
    line, child = start(SANDBOXLESS)
    (problem,) = received(line, "capture:mic")
    assert isinstance(problem, m.ProblemReported)
    assert (
        "the sandbox of capture:mic cannot be enforced (not enforced: seccomp refused (EPERM))"
        in problem.problem
    )
    assert problem.kept == "it received no audio and no transcript"
    assert "--allow-unsandboxed" in problem.fix
    assert child.wait(10) == 6


def test_allow_unsandboxed_continues_and_reports(
    start: Callable[..., tuple[HubClient, subprocess.Popen[bytes]]],
) -> None:
    line, child = start(SANDBOXLESS, session=SessionSettings(allow_unsandboxed=True))
    events: list[m.Event] = []
    wait_until(lambda: events.extend(received(line, "capture:mic")) or len(events) > 1, timeout_s=20)
    problem, ready = events
    assert isinstance(problem, m.ProblemReported)
    assert isinstance(ready, m.StageReady)
    assert "not enforced" in ready.sandbox
    assert child.poll() is None


def test_every_stage_protects_its_memory(
    start: Callable[..., tuple[HubClient, subprocess.Popen[bytes]]],
) -> None:
    line, _ = start(PRIVATE)
    ready = received(line, "vad:mic")[0]
    assert isinstance(ready, m.StageReady)
    assert json.loads(ready.detail) == [1, 0]


def test_a_stage_starts_with_no_descriptor_of_its_parents(
    make_run: Callable[..., Run], capfd: pytest.CaptureFixture[str]
) -> None:
    plan = StagePlan("view", "tests.bus.descriptors", inherits_stdout=True)
    with socket.socket() as ours:
        os.set_inheritable(ours.fileno(), True)
        child = Child(plan, make_run())
        assert child.wait(20) == 0
    assert json.loads(capfd.readouterr().out) == [0, 1, 2]
