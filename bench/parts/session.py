"""Measures an idle session: start, stop, CPU and memory, and leftovers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np
import psutil
import soundfile

from bench.harness.report import show
from bus.audio import SAMPLE_RATE
from bus.failures import StageFailure
from bus.process.bootstrap import BEGIN

_SETTLE_S = 3.0
_LISTENING = {"capture:call", "capture:mic", "vad:call", "vad:mic", "stt"}


def measure(seconds: float) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        environment = {**os.environ, "XDG_RUNTIME_DIR": str(place)}
        silence = place / "silence.wav"
        samples = int((seconds + 60) * SAMPLE_RATE)
        soundfile.write(silence, np.zeros(samples, np.int16), SAMPLE_RATE)
        started_s = time.monotonic()
        command = [sys.executable, "-m", "session", "run", "--json", "--answer", "auto", "--provider", "none"]
        command += ["--source", f"call=file:{silence}", "--source", f"mic=file:{silence}"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        listening_s = _wait_until_listening(process, started_s)
        tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        time.sleep(_SETTLE_S)
        cores = _cores_used(tree, seconds)
        rss_mb, pss_mb = _memory_mb(tree)
        stop_s, code = _stop(process)
        left = [each.pid for each in tree if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
        left_files = [str(path) for path in place.iterdir() if path != silence]
    rows = [
        ("start to ready", f"{listening_s:.2f} s"),
        ("idle", f"{sum(cores.values()) * 100:.1f} % of one core in all"),
        *((f"  {name}", f"{share * 100:.1f} %") for name, share in cores.items()),
        ("memory of all processes", f"{rss_mb:.0f} MB resident, {pss_mb:.0f} MB counting shared pages once"),
        ("stop", f"{stop_s:.2f} s, exit code {code}"),
        ("left behind", f"{len(left)} processes, {len(left_files)} files"),
    ]
    figures = {
        "listening_s": listening_s,
        "idle_core_share": sum(cores.values()),
        "rss_mb": rss_mb,
        "pss_mb": pss_mb,
        "stop_s": stop_s,
        "exit_code": code,
        "left_processes": len(left),
        "left_files": left_files,
    }
    show("session", rows, figures)


def _wait_until_listening(process: subprocess.Popen[bytes], started_s: float) -> float:
    """Return the time at which every audio stage was ready, from the events' monotonic timestamps."""
    assert process.stdout
    ready: dict[str, int] = {}
    for line in process.stdout:
        event = msgspec.json.decode(line)
        if event["type"] == "StageReady":
            ready[event["stage"]] = event["logged_ns"]
        if set(ready) >= {*_LISTENING, "llm"}:
            return max(ready[stage] for stage in _LISTENING) / 1e9 - started_s
    raise StageFailure("the session ended before it was ready")


def _cores_used(tree: list[psutil.Process], seconds: float) -> dict[str, float]:
    before = {each: each.cpu_times() for each in tree}
    began_s = time.monotonic()
    time.sleep(seconds)
    waited_s = time.monotonic() - began_s
    shares: dict[str, float] = {}
    for each, then in before.items():
        now = each.cpu_times()
        shares[_name(each)] = (now.user + now.system - then.user - then.system) / waited_s
    return shares


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    if "-m" not in words:
        return process.name()
    return " ".join([word for word in words[words.index("-m") + 1 :] if word != BEGIN][:2])


def _memory_mb(tree: list[psutil.Process]) -> tuple[float, float]:
    return sum(each.memory_info().rss for each in tree) / 1e6, sum(map(_pss, tree)) / 1e6


def _pss(process: psutil.Process) -> int:
    """Return a process's proportional memory (PSS), or its resident memory if that is not accessible."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:  # the process with keys denies access to its memory
        return int(process.memory_info().rss)


def _stop(process: subprocess.Popen[bytes]) -> tuple[float, int]:
    began_s = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    return time.monotonic() - began_s, process.returncode
