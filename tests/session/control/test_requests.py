"""Commands for shortcuts publish their event, quickly, and say why they cannot."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bus import messages as m
from bus.client import HubClient
from bus.failures import HubUnavailable, MachineFailure, UsageFailure
from bus.run import RUN_VARIABLE, Run
from capture.settings import CaptureSettings
from session.control.requests import PAUSES, REQUESTS
from tests.support.waiting import wait_until

OF_THE_USER = frozenset(
    {
        *(m.AnswerRequested, m.MomentMarked, m.CancelRequested, m.VariantRequested, m.WindowRequested),
        *(m.PauseRequested, m.EndRequested),
    }
)
HEAVY = ("typer", "rich", "numpy", "PyQt6", "session.settings", "llm.settings")
MakeRun = Callable[..., Run]


def cuecard(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "session", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def session(make_run: MakeRun, start_stage: Callable[..., Any]) -> Iterator[HubClient]:
    run = make_run(capture=CaptureSettings(sources={"mic": "default", "call": "monitor"}))
    start_stage(run, "bus")
    with HubClient("session", run, kinds=OF_THE_USER | {m.StageReady}) as client:
        assert client.poll(timeout_s=10), "the hub did not start"
        yield client


def test_every_command_publishes_its_event(session: HubClient) -> None:
    commands = [[name] for name in REQUESTS] + [["pause", "mic"], ["unpause"], ["mute", "mic"]]
    commands.append(["toggle", "--help"])
    done = {" ".join(command): cuecard(*command) for command in commands}
    assert {command: each.stderr for command, each in done.items() if each.stderr} == {}
    assert "Hide the window" in done["toggle --help"].stdout
    received: list[m.Event] = []

    def is_complete() -> bool:
        received.extend(logged.event for logged in session.poll(0.1))
        return len(received) >= len(commands) - 1

    wait_until(is_complete)
    assert received[: len(REQUESTS)] == [make() for make in REQUESTS.values()]
    assert received[len(REQUESTS) :] == [
        m.PauseRequested(source="mic", paused=True, by="control"),
        m.PauseRequested(paused=False, by="control"),
        m.PauseRequested(source="mic", paused=True, by="control"),
    ]


def test_unknown_source_names_the_known_ones(session: HubClient) -> None:
    done = cuecard("pause", "mik")
    assert done.returncode == UsageFailure.exit_code
    assert "the session has no source 'mik'" in done.stderr
    assert "its sources: mic, call" in done.stderr


@pytest.mark.parametrize("command", ["cancel", "toggle", "end", "pause"])
def test_missing_session_is_reported(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))
    done = cuecard(command)
    assert done.returncode == MachineFailure.exit_code
    assert done.stderr == "cuecard: no session is running; start one with `cuecard run`\n"


@pytest.mark.long
def test_several_sessions(session: HubClient, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(RUN_VARIABLE, raising=False)
    newest = make_run()
    refused = cuecard("end")
    assert refused.returncode == UsageFailure.exit_code
    assert "2 sessions are running; all of them continue" in refused.stderr
    assert f"{RUN_VARIABLE}={newest.directory} cuecard end" in refused.stderr
    silent = cuecard("cancel")  # the newest one, whose hub is not there
    assert silent.returncode == HubUnavailable.exit_code
    assert "2 sessions are running; the newest one was chosen" in silent.stderr


def test_a_shortcut_loads_little() -> None:
    code = f"import sys, session.cli; print([name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"


def test_pauses_are_no_other_commands() -> None:
    assert not PAUSES.keys() & REQUESTS.keys()
