"""Captures one device for `cuecard doctor --audio`: `python -m capture.sound_check default`.

Prints a line with an `Opening` as JSON, then 16 kHz mono int16 samples until standard input ends. It
enters the sandbox of a capture stage and treats the frames as a session does.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from bus.failures import Failure
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import rights_of
from capture.devices.device import Device
from capture.devices.portaudio import silence_stderr
from capture.devices.server_state import ServerState
from capture.devices.system import CaptureStream, open_audio_system
from capture.probe import Problem
from capture.processing.downmix import Downmix
from capture.processing.resampling import Resampler
from capture.processing.sanitize import Sanitizer, as_int16
from capture.source import Live, parse_source

_LONGEST_S = 30.0
_FIRST_FRAMES_WITHIN_S = 3.0
_POLL_S = 0.02

Step = Literal["library", "device", "opening", "frames"]


class Opening(msgspec.Struct, frozen=True):
    """How far opening the device got."""

    server: ServerState | None = None
    device: Device | None = None
    failed: Step | None = None
    """The step that failed; None if frames arrive."""
    problem: Problem | None = None
    """What failed."""
    first_sample_s: float = 0.0
    """Monotonic time of the first sample."""


def main() -> None:
    """Enter the sandbox, open, print until standard input ends."""
    sandbox = Sandbox(rights_of("capture"), Run(Path("/nonexistent"), {}), "capture:check")
    silence_stderr()
    opening, stream = _open(sandbox, sys.argv[1])
    sys.stdout.buffer.write(msgspec.json.encode(opening) + b"\n")
    sys.stdout.buffer.flush()
    if stream and opening.failed is None:
        _copy(stream)


def _open(sandbox: Sandbox, spec: str) -> tuple[Opening, CaptureStream | None]:
    step: Step = "library"
    server, device = None, None
    try:
        system = open_audio_system()
        sandbox.enforce()
        server = system.server_state()
        step = "device"
        source = parse_source("check", spec)
        assert isinstance(source, Live)
        device = system.choose(source)
        step = "opening"
        stream = system.open(device)
    except Failure as failure:
        return Opening(server, device, step, Problem(failure.problem, failure.fix)), None
    give_up_s = time.monotonic() + _FIRST_FRAMES_WITHIN_S
    while stream.first_captured_s is None:
        if time.monotonic() > give_up_s:
            silent = Problem(
                f"{device.label} is open, but delivers nothing", "unplug it and plug it in again"
            )
            return Opening(server, device, "frames", silent), stream
        time.sleep(_POLL_S)
    return Opening(server, device, first_sample_s=stream.first_captured_s), stream


def _copy(stream: CaptureStream) -> None:
    """Write the device's samples until standard input ends."""
    ended = threading.Event()

    def wait_for_end() -> None:
        sys.stdin.buffer.read()
        ended.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    sanitizer, downmix = Sanitizer("check"), Downmix(stream.rate_hz)
    resampler = Resampler(stream.rate_hz)
    stop_s = time.monotonic() + _LONGEST_S
    while not ended.wait(_POLL_S) and time.monotonic() < stop_s:
        for piece, lost_frames, _ in stream.take():
            mixed = downmix.mix(sanitizer.sanitize(piece.frames, 0))
            mono = resampler.feed(np.concatenate((np.zeros(lost_frames, np.float32), mixed)))
            sys.stdout.buffer.write(as_int16(mono).tobytes())
    sys.stdout.buffer.flush()
    stream.close()


if __name__ == "__main__":
    main()
