"""Runs `cuecard doctor --audio`: captures, plays or asks for words, and prints the findings.

The audio goes through a pipe from a process in the sandbox of capture to one in that of stt. This process
reads none of it, and nothing is stored.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace

import msgspec
import typer

from bus.failures import MachineFailure
from capture.probe import Problem
from capture.sound_check import Opening
from session import settings
from session.doctor.finding import Finding
from session.doctor.report import print_findings
from session.models import store
from session.models.choice import choose
from session.sound_check.analysis import Analysis
from session.sound_check.layers import Check, Source, can_capture, findings

_SPECS: dict[Source, str] = {"microphone": "default", "call": "monitor"}
_LIMIT_S = 60.0
"""Longest check of one source; its processes are killed then."""
_SPEAKING_S, _BACKGROUND_S, _AFTER_PHRASE_S = 5, 1.5, 0.7
_PLAYED_WITHIN_S = 15.0
_MODELS = ("base", "tiny.en")


def check_audio(*, as_json: bool, speak: bool) -> int:
    """Check both sources, print the findings, and return the exit code: 0 if both work.

    Args:
        as_json: Print a JSON object for each finding; prompts still go to standard error.
        speak: Ask for words, if standard error is a terminal.
    """
    asks = speak and sys.stderr.isatty()
    found: list[Finding] = []
    for source in _SPECS:
        checked = findings(_check(source, asks=asks))
        print_findings(checked, as_json=as_json)
        found += checked
    failed = [finding for finding in found if finding.ok is False]
    if failed:
        _tell(f"To fix first: {failed[0].name}. {failed[0].detail}. {failed[0].fix}")
    return MachineFailure.exit_code if failed else 0


def _check(source: Source, *, asks: bool) -> Check:
    _tell(f"Checking the {source} …")
    capture, listener = _start(_SPECS[source])
    killer = threading.Timer(_LIMIT_S, capture.kill)  # the listener ends with its input
    killer.daemon = True
    killer.start()
    assert listener.stdout is not None
    assert capture.stdin is not None
    try:
        check = Check(source, _opening(listener.stdout.readline()), spoken=source == "call" or asks)
        if not can_capture(check):
            return check
        if source == "call":
            check = _play(check)
        else:
            _let_speak(asks=asks)
        capture.stdin.close()
        line = listener.stdout.readline()
        return replace(check, analysis=msgspec.json.decode(line, type=Analysis) if line else None)
    finally:
        killer.cancel()
        for process in (capture, listener):
            process.kill()
            process.wait()


def _start(spec: str) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    """Start the capturing process, piped into the listening one."""
    python, pipe = [sys.executable, "-P", "-m"], subprocess.PIPE
    capture = subprocess.Popen(
        [*python, "capture.sound_check", spec], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
    )
    listener = subprocess.Popen(
        [*python, "session.sound_check.listener", _model()],
        stdin=capture.stdout,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
    )
    assert capture.stdout is not None
    capture.stdout.close()
    return capture, listener


def _opening(line: bytes) -> Opening:
    try:
        return msgspec.json.decode(line, type=Opening)
    except msgspec.DecodeError:
        fix = "restart the sound server: systemctl --user restart pipewire-pulse (or pulseaudio)"
        return Opening(failed="library", problem=Problem("the check ended without a result", fix))


def _model() -> str:
    """Return the speech model of the settings, or another that is installed."""
    wanted = settings.load(None, {}).stt.model
    chosen = choose(wanted, has_cuda=False, is_there=store.is_there).model
    return next((name for name in (chosen, *_MODELS) if store.is_there(name)), _MODELS[0])


def _let_speak(*, asks: bool) -> None:
    if not asks:
        time.sleep(_BACKGROUND_S)
        return
    for left_s in range(_SPEAKING_S, 0, -1):
        _tell(f'\rPlease say: "testing, one, two, three" … {left_s} ', end="")
        time.sleep(1)
    _tell("\r" + " " * 60 + "\r", end="")


def _play(check: Check) -> Check:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "session.sound_check.playback"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PLAYED_WITHIN_S,
            check=False,
            env=dict(os.environ),
        )
    except subprocess.TimeoutExpired:
        return replace(check, play_error=f"not done after {_PLAYED_WITHIN_S:.0f} s")
    time.sleep(_AFTER_PHRASE_S)
    if done.returncode:
        return replace(check, play_error=" ".join(done.stderr.split()))
    return replace(check, played_s=float(done.stdout))


def _tell(text: str, end: str = "\n") -> None:
    """Print for a person; standard output is for findings only."""
    typer.echo(text + end, err=True, nl=False)
