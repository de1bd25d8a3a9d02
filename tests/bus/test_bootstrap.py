from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bus.process.bootstrap import BEGIN, SUPERVISOR_VARIABLE
from tests.support.waiting import wait_until

SUPERVISOR = f"""
import os, subprocess, sys
stage = [sys.executable, "-m", "{BEGIN}", "tests.bus.slow_stage", "mic"]
child = subprocess.Popen(stage, env={{**os.environ, "{SUPERVISOR_VARIABLE}": str(os.getpid())}})
child.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with another")
def test_a_stage_that_still_loads_ends_with_its_supervisor() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        number, *arguments = supervisor.stdout.readline().split()
        assert arguments == ["mic"], "it is given its arguments"
        supervisor.kill()

        def vanished() -> bool:
            try:
                return psutil.Process(int(number)).status() == psutil.STATUS_ZOMBIE
            except psutil.NoSuchProcess:
                return True

        wait_until(vanished)


def test_a_stage_without_supervisor_does_not_start() -> None:
    environment = {**os.environ, SUPERVISOR_VARIABLE: "1"}
    ended = subprocess.run(
        [sys.executable, "-m", BEGIN, "tests.bus.slow_stage"],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, b"")


@pytest.mark.parametrize(("ending", "code"), [("", 0), ("sys.exit(4)", 4), ("sys.exit('no')", 1)])
def test_a_stage_ends_before_its_libraries_are_unloaded(tmp_path: Path, ending: str, code: int) -> None:
    """A library with a running thread aborts the process when it is unloaded; the stage's exit code must
    stand."""
    (tmp_path / "ending_stage.py").write_text(
        f"import atexit, os, sys\natexit.register(os.abort)\nprint('done')\n{ending}\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{Path(__file__).parents[2]}:{tmp_path}"}
    command = [sys.executable, "-m", BEGIN, "ending_stage"]
    ended = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=20)
    assert (ended.returncode, ended.stdout) == (code, b"done\n")
