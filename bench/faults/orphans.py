"""Measures leftovers after kills of the supervisor, and whether sessions can be resumed."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.harness.report import show
from bus.failures import StageFailure
from session.run.start.demo import DEMO

_GONE_WITHIN_S = 1.0
_SOONEST_S, _LATEST_S = 0.3, 8.0
"""Kills happen in this interval: while stages start, listen and transcribe."""

_KEEPER = "session.resume"


@dataclass(frozen=True)
class Leftovers:
    """The state after one kill."""

    processes: int
    """Processes still running after a second, without the keeper."""
    held: bool
    """Whether the log could be resumed, as it should if there were finals."""
    keepers: int
    """Keepers still running a second after the log was wiped, or without a log worth retaining."""


def measure(times: int, *, seed: int) -> None:
    """Kill, inspect, and print."""
    chance = random.Random(seed)
    shared_before = _shared_memory()
    with tempfile.TemporaryDirectory(prefix="c") as directory:
        place = Path(directory)
        found = [_kill_one(place, chance.uniform(_SOONEST_S, _LATEST_S)) for _ in range(times)]
        unswept = [path.name for path in place.iterdir()]
        _start_once_more(place)
        files = [path.name for path in place.iterdir()]
    figures = {
        "kills": times,
        "left_processes": sum(each.processes for each in found),
        "logs_held": sum(each.held for each in found),
        "left_keepers": sum(each.keepers for each in found),
        "left_directories_before_next_start": len(unswept),
        "left_directories": len(files),
        "left_shared_memory": len(_shared_memory() - shared_before),
    }
    show("orphans", [(name, str(value)) for name, value in figures.items()], figures)


def _kill_one(place: Path, after_s: float) -> Leftovers:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(place)}
    command = [sys.executable, "-m", "session", "run", "--json", "--answer", "off"]
    command += ["--source", f"call=file:{DEMO / 'call.flac'}", "--source", f"mic=file:{DEMO / 'mic.flac'}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
        raise StageFailure(f"the session ended by itself, with code {process.returncode}")
    supervisor = psutil.Process(process.pid)
    supervisor.suspend()  # so that it starts no process between the inspection and the kill
    tree = supervisor.children(recursive=True)
    keepers = [child for child in tree if _is_keeper(child)]
    process.kill()
    process.wait(10)
    left = _left_after_a_second([child for child in tree if child not in keepers])
    end = subprocess.run(
        [sys.executable, "-m", "session", "resume", "--end"],
        env=environment,
        capture_output=True,
        check=False,
    )
    return Leftovers(left, end.returncode == 0, _left_after_a_second(keepers))


def _is_keeper(process: psutil.Process) -> bool:
    try:
        return _KEEPER in process.cmdline()
    except psutil.Error:  # it has just ended
        return False


def _left_after_a_second(processes: Sequence[psutil.Process]) -> int:
    _, alive = psutil.wait_procs(processes, timeout=_GONE_WITHIN_S)
    return sum(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in alive)


def _start_once_more(place: Path) -> None:
    """Start and end a session: the next start removes what a killed one left."""
    command = [sys.executable, "-m", "session", "run", "--source", "mic=-", "--answer", "off", "--json"]
    subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(place)},
    )


def _shared_memory() -> set[str]:
    place = Path("/dev/shm")
    return {path.name for path in place.iterdir()} if place.is_dir() else set()
