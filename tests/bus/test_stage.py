from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TypeVar

import pytest

from bus import messages as m
from bus.client import HubClient
from bus.process.bootstrap import SUPERVISOR_VARIABLE
from bus.run import RUN_VARIABLE, Run
from tests.conftest import stage_environment
from tests.support.waiting import wait_until

M = TypeVar("M", bound=m.Message)

LOOP = """
from bus.stage import Stage
with Stage("vad:mic") as stage:
    stage.enter_sandbox()
    stage.ready("here")
    while not stage.stopping():
        stage.poll(0.05)
        stage.heartbeat(processed_sample=160)
"""
FAIL = """
from bus.failures import InputFailure
from bus.stage import Stage
with Stage("vad:mic") as stage:
    raise InputFailure("the ear is shut", kept="the mouth", fix="open it")
"""
CRASH = """
from bus.stage import Stage
with Stage("vad:mic") as stage:
    {}["what was said in secret"]
"""


def start(run: Run, program: str, *, by_hand: bool = False, **environment: str) -> subprocess.Popen[str]:
    env = {**stage_environment(run), **environment}
    if by_hand:
        del env[SUPERVISOR_VARIABLE]
    return subprocess.Popen([sys.executable, "-c", program], env=env, stderr=subprocess.PIPE, text=True)


def poll(client: HubClient, kind: type[M]) -> M:
    def found() -> M | None:
        events = [logged.event for logged in client.poll(0.05)]
        return next((event for event in events if isinstance(event, kind)), None)

    event = wait_until(found)
    assert event
    return event


def listener(run: Run, *kinds: type[m.Message]) -> HubClient:
    return HubClient("view", run, kinds=frozenset(kinds))


def test_a_stage_announces_itself_beats_and_stops_when_asked(hub_run: Run) -> None:
    child = start(hub_run, LOOP)
    with listener(hub_run, m.Heartbeat) as view, HubClient("session", hub_run) as session:
        assert poll(session, m.StageReady).stage == "hub"
        ready = poll(session, m.StageReady)
        assert (ready.stage, ready.detail) == ("vad:mic", "here")
        assert sys.platform != "linux" or "no internet sockets" in ready.sandbox
        beat = poll(view, m.Heartbeat)
        assert beat == m.Heartbeat(stage="vad:mic", processed_seq=beat.processed_seq, processed_sample=160)
    child.terminate()
    assert child.wait(5) == 0
    assert child.communicate()[1] == ""


def test_a_failure_is_published_and_sets_the_exit_code(hub_run: Run) -> None:
    with listener(hub_run, m.ProblemReported) as view:
        child = start(hub_run, FAIL)
        problem = poll(view, m.ProblemReported)
    assert problem == m.ProblemReported(
        stage="vad:mic", problem="the ear is shut", kept="the mouth", fix="open it"
    )
    assert child.wait(5) == 4
    assert child.communicate()[1] == "", "the supervisor says it"


def test_a_manually_started_stage_prints_its_failure(hub_run: Run) -> None:
    child = start(hub_run, FAIL, by_hand=True)
    assert child.communicate(timeout=10)[1] == "cuecard vad:mic: the ear is shut; the mouth; open it\n"
    assert child.returncode == 4


def test_a_crash_quotes_no_transcript(hub_run: Run) -> None:
    child = start(hub_run, CRASH, by_hand=True)
    errors = child.communicate(timeout=10)[1]
    assert child.returncode == 1
    assert "KeyError" in errors
    assert "secret" not in errors
    assert "Traceback" not in errors


def test_ctrl_c_in_the_terminal_does_not_end_a_stage(hub_run: Run) -> None:
    child = start(hub_run, LOOP)
    with listener(hub_run, m.Heartbeat) as view:
        poll(view, m.Heartbeat)
        child.send_signal(signal.SIGINT)
        poll(view, m.Heartbeat)
        poll(view, m.Heartbeat)
    assert child.poll() is None
    child.terminate()
    child.communicate(timeout=5)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_stage_dies_with_its_supervisor(hub_run: Run, tmp_path: Path) -> None:
    supervisor = f"""
import os, subprocess, sys, signal
env = {{**os.environ, "{SUPERVISOR_VARIABLE}": str(os.getpid())}}
child = subprocess.Popen([sys.executable, "-c", {LOOP!r}], env=env)
print(child.pid, flush=True)
signal.pause()
"""
    env = {**os.environ, RUN_VARIABLE: str(hub_run.directory)}
    parent = subprocess.Popen([sys.executable, "-c", supervisor], env=env, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    with listener(hub_run, m.Heartbeat) as view:
        poll(view, m.Heartbeat)
    parent.kill()
    parent.communicate(timeout=5)
    wait_until(lambda: _ended(pid), timeout_s=5)


def _ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_stage_without_a_run_names_the_fix() -> None:
    env = {name: value for name, value in os.environ.items() if name != RUN_VARIABLE}
    child = subprocess.run([sys.executable, "-c", LOOP], env=env, capture_output=True, text=True, timeout=20)
    assert child.returncode == 6
    assert child.stderr.count("\n") == 1
    assert "cuecard run" in child.stderr
