"""Prints the levels of devices ten times a second: `python -m capture.level_watch mic=default …`.

Each line is a `Levels` as JSON. It enters the sandbox of a capture stage, and ends when its reader does.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec
import numpy as np

from bus.failures import Failure
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import rights_of
from capture.devices.portaudio import silence_stderr
from capture.devices.system import AudioSystem, CaptureStream, open_audio_system
from capture.probe import Problem
from capture.processing.level import SILENT_DBFS, level
from capture.processing.sanitize import as_int16
from capture.source import Live, parse_source, parse_sources

_EVERY_S = 0.1


class Levels(msgspec.Struct, frozen=True):
    """The levels of one moment."""

    dbfs: dict[str, float]
    """Level by source; of digital silence where nothing arrived."""
    problems: dict[str, Problem] = {}
    """Sources that cannot be opened."""


def main() -> None:
    """Enter the sandbox, open the devices, print until the reader ends."""
    specs = parse_sources(sys.argv[1:])
    sandbox = Sandbox(rights_of("capture"), Run(Path("/nonexistent"), {}), "capture:levels")
    streams: dict[str, CaptureStream] = {}
    problems: dict[str, Problem] = {}
    try:
        silence_stderr()
        system = open_audio_system()
        sandbox.enforce()
        for name, spec in specs.items():
            _open(system, name, spec, streams, problems)
    except Failure as failure:
        problems = {name: Problem(failure.problem, failure.fix) for name in specs}
    try:
        while True:
            levels = Levels({name: _level(stream) for name, stream in streams.items()}, problems)
            print(msgspec.json.encode(levels).decode(), flush=True)
            time.sleep(_EVERY_S)
    except BrokenPipeError:
        sys.stderr.close()


def _open(
    system: AudioSystem, name: str, spec: str, streams: dict[str, CaptureStream], problems: dict[str, Problem]
) -> None:
    source = parse_source(name, spec)
    try:
        if isinstance(source, Live):
            streams[name] = system.open(system.choose(source))
    except Failure as failure:
        problems[name] = Problem(failure.problem, failure.fix)


def _level(stream: CaptureStream) -> float:
    frames = [piece.frames for piece, _, _ in stream.take()]
    if not frames:
        return SILENT_DBFS
    mono = np.nan_to_num(np.concatenate(frames).mean(axis=1))
    return level(as_int16(mono))[0]


if __name__ == "__main__":
    main()
