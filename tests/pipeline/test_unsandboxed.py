"""Sessions on a system that blocks sandboxing, such as a container with its own filter."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="made of x86-64's calls"
)

DEMO = Path(__file__).parents[2] / "session" / "demo" / "call.flac"

NO_FILTERS_HERE = """
import ctypes, os, sys
from bus.sandbox import seccomp as s
steps = [s._step(s._LOAD_WORD, s._AT_NUMBER), s._step(s._JUMP_EQUAL, 317, 0, 1), s._refuse(1),
         s._step(s._RETURN, s._ALLOW)]
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)
assert libc.prctl(22, 2, ctypes.byref(s._Program(len(steps), b"".join(steps)))) == 0
os.execv(sys.executable, [sys.executable, "-m", "session", *sys.argv[1:]])
"""


def play(directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["run", "--source", f"mic=file:{DEMO}", "--pace", "fast", "--json", "--answer", "off"]
    return subprocess.run(
        [sys.executable, "-c", NO_FILTERS_HERE, *command, *options],
        env={**os.environ, "XDG_RUNTIME_DIR": str(directory)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_without_a_sandbox_the_session_ends_at_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    ended = play(tmp_path_factory.mktemp("r"))
    assert ended.returncode == 6
    assert "cannot be enforced" in ended.stderr
    assert "--allow-unsandboxed" in ended.stderr
    assert "CaptureStarted" not in ended.stdout


@pytest.mark.long
def test_allow_unsandboxed_works_and_is_shown(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    ended = play(tmp_path_factory.mktemp("r"), "--allow-unsandboxed")
    assert ended.returncode == 0, ended.stderr
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    warned = {event["stage"] for event in events if event["type"] == "ProblemReported"}
    assert {"capture:mic", "vad:mic", "stt"} <= warned
    ready = {event["stage"]: event["sandbox"] for event in events if event["type"] == "StageReady"}
    assert "not enforced" in ready["capture:mic"]
    assert any(event["type"] == "FinalTranscribed" for event in events)
