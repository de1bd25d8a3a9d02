"""Load beside a measurement: takes its share of a core, and ends with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil
import pytest

from livebench.playing.load import busy_cores, loaded, usable_cores
from tests.support.waiting import wait_until

START = """
import signal
import sys
import psutil
from livebench.playing.load import busy_cores, usable_cores
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for background jobs
    with busy_cores({usable_cores()[0]: 0.2}):
        print(psutil.Process().children()[-1].pid, flush=True)
        sys.stdin.read()
"""


def test_nothing_is_started_without_a_load() -> None:
    before = psutil.Process().children()
    with loaded("none") as busy:
        assert psutil.Process().children() == before
        assert busy.cores == 0.0


def _worker() -> psutil.Process | None:
    """Return the process of the load, once it has replaced the copy of this one."""
    found = (each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline()))
    return next(found, None)


def test_the_load_is_on_its_core_and_ends_with_the_context() -> None:
    core = usable_cores()[0]
    with busy_cores({core: 0.5}) as busy:
        child = wait_until(_worker)
        wait_until(lambda: child.cpu_times().user >= 0.3)  # imports take less
        if hasattr(os, "sched_getaffinity"):
            assert child.cpu_affinity() == [core]
        assert 0 < busy.cores < 1.0
    assert not child.is_running()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_load_ends_with_its_parent(
    ending: signal.Signals, tmp_path_factory: pytest.TempPathFactory
) -> None:
    script = tmp_path_factory.mktemp("load") / "start.py"
    script.write_text(START)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        assert process.stdout
        child = psutil.Process(int(process.stdout.readline()))
        process.send_signal(ending)
        process.wait(10)
    child.wait(10)  # raises if it is still there
