"""Plays a stream to one system in real time and stamps its lines.

All systems run as a program of their own, through the same pipe and the same loop.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import psutil

from livebench.contract import SAMPLE_RATE, Event, Stamped, decode
from livebench.failures import SystemFailure
from livebench.playing import sender
from livebench.playing.hiding import hidden_from
from livebench.playing.meter import Meter, Sample

_READY_S = 180.0
_LAST_WORDS_S = 60.0
_BYTES_A_SECOND = 2 * SAMPLE_RATE

_Line = tuple[int, bytes]


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """How to start a system."""

    title: str
    command: Sequence[str]
    environment: Mapping[str, str] = {}
    """Variables in addition to those of this process."""
    folder: Path | None = None
    """A package that the command needs; it is copied into the working folder."""
    hidden: Sequence[Path] = ()
    """Folders that it sees empty."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Report of the sender."""

    first_sample_ns: int
    """When sample 0 was due, CLOCK_MONOTONIC."""
    late_us: list[int]
    """Delay of every block of 10 ms, in order, microseconds."""
    most_held_s: float
    """Largest amount of audio that the system had not read from the pipe; it was buffered for it."""


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was observed while a system was playing."""

    lines: list[Stamped]
    sent: Sent
    load_s: float
    """From the start of the program to its `ready`."""
    usage: list[Sample]
    ended: bool
    """False if it had to be killed a minute after the stream."""


def play(program: Program, pcm: Path) -> Performance:
    """Play a file of 16 kHz s16le in real time.

    Raises:
        SystemFailure: It ended before it was ready, was not ready in time, or printed other lines.
    """
    with tempfile.TemporaryDirectory() as place, _started(program, Path(place)) as process:
        meter = Meter(process.pid, is_sandbox=bool(program.hidden))
        began_s = time.monotonic()
        try:
            lines = _stamped(process)
            _wait_until_ready(lines, program, Path(place))
            load_s = time.monotonic() - began_s
            meter.look()
            with _sending(pcm, process) as sending:
                events, ended = _listen(lines, sending, pcm.stat().st_size / _BYTES_A_SECOND)
                if not ended:
                    process.kill()  # the sender ends with its reader
                _, report = sending.communicate()
            meter.look()
        finally:
            meter.stop()
    return Performance(
        lines=events,
        sent=msgspec.json.decode(report.splitlines()[-1], type=Sent),
        load_s=load_s,
        usage=meter.samples,
        ended=ended,
    )


@contextmanager
def _started(program: Program, place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a system in a folder of its own, and remove everything it leaves."""
    if program.folder:
        shutil.copytree(
            program.folder, place / program.folder.name, ignore=shutil.ignore_patterns("__pycache__")
        )
    with (place / "stderr").open("wb") as complaints:
        process = subprocess.Popen(
            hidden_from(program.command, program.hidden),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=place,
            env={**os.environ, **program.environment},
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            tree = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for each in tree:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        process.wait()
        assert process.stdin
        process.stdin.close()


def _stamped(process: subprocess.Popen[bytes]) -> queue.SimpleQueue[_Line | None]:
    """Return the lines of output, each with its time of arrival; None when the process has ended."""
    lines: queue.SimpleQueue[_Line | None] = queue.SimpleQueue()

    def read() -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                lines.put((time.monotonic_ns(), line))
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _wait_until_ready(lines: queue.SimpleQueue[_Line | None], program: Program, place: Path) -> None:
    given_up_s = time.monotonic() + _READY_S
    while True:
        try:
            line = lines.get(timeout=max(0.0, given_up_s - time.monotonic()))
        except queue.Empty:
            raise SystemFailure(f"{program.title} was not ready within {_READY_S:.0f} s") from None
        if line is None:
            complaints = (place / "stderr").read_text(errors="replace").strip().splitlines()
            raise SystemFailure(
                f"{program.title} ended before it was ready", kept=(complaints or ["it printed no error"])[-1]
            )
        if decode(line[1]).type == "ready":
            return


@contextmanager
def _sending(pcm: Path, listener: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the sender, and leave it the only end of the pipe, so that its end is the end of the stream."""
    assert listener.stdin
    command = [sys.executable, sender.__file__, str(pcm)]
    with subprocess.Popen(command, stdout=listener.stdin, stderr=subprocess.PIPE) as sending:
        listener.stdin.close()
        try:
            yield sending
        finally:
            sending.kill()


def _listen(
    lines: queue.SimpleQueue[_Line | None], sending: subprocess.Popen[bytes], seconds: float
) -> tuple[list[Stamped], bool]:
    """Return the events, and whether the system ended by itself."""
    events: list[Stamped] = []
    quit_s = time.monotonic() + seconds + _LAST_WORDS_S  # also for a program that does not read
    while time.monotonic() < quit_s:
        try:
            line = lines.get(timeout=0.2)
        except queue.Empty:
            continue
        if line is None:
            return events, True
        event: Event = decode(line[1])
        if event.type != "ready":
            events.append(Stamped(line[0], event))
    return events, False
