"""Lists and tries the audio devices from inside capture's sandbox.

`python -m capture.probe [--levels] [--try]` prints one JSON object, a `ProbeReport`. It enters the same
sandbox in the same order as a capture stage, so it finds what a session finds.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from bus.failures import Failure
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import rights_of
from capture.devices.device import Device
from capture.devices.portaudio import silence_stderr
from capture.devices.system import AudioSystem, open_audio_system
from capture.level_test import MeasuredLevel, Verdict, measure_levels
from capture.source import Live, Microphone, Monitor

LEVELS, TRY = "--levels", "--try"
_TRY_S = 0.5
_LEVEL_TEST_S = 2.0


class Problem(msgspec.Struct, frozen=True, tag=True):
    """Why something cannot be captured."""

    problem: str
    fix: str = ""


class Found(msgspec.Struct, frozen=True, tag=True):
    """A device and its level."""

    device: Device
    level_dbfs: float | None = None
    """None when it was not measured or could not be opened."""
    verdict: Verdict | None = None
    """What the level means."""


class ProbeReport(msgspec.Struct, frozen=True):
    """The devices that a capture stage can use."""

    devices: list[Found] = []
    failed: Problem | None = None
    """Why no device could be listed."""
    microphone: Found | Problem | None = None
    """The device for `default`, when it was tried."""
    monitor: Found | Problem | None = None
    """The device for `monitor`, when it was tried."""


def probe(system: AudioSystem, *, levels: bool, tries: bool) -> ProbeReport:
    """List the devices.

    Args:
        system: The computer's audio system.
        levels: Open them for two seconds and measure their levels.
        tries: Open the devices for `default` and `monitor` briefly.
    """
    try:
        devices = system.devices()
    except Failure as failure:
        return ProbeReport(failed=Problem(failure.problem, failure.fix))
    measured = measure_levels(system, devices, _LEVEL_TEST_S) if levels else [None] * len(devices)
    return ProbeReport(
        [_found(device, each) for device, each in zip(devices, measured, strict=True)],
        microphone=_try(system, Microphone()) if tries else None,
        monitor=_try(system, Monitor()) if tries else None,
    )


def _try(system: AudioSystem, source: Live) -> Found | Problem:
    try:
        device = system.choose(source)
    except Failure as failure:
        return Problem(failure.problem, failure.fix)
    (measured,) = measure_levels(system, [device], _TRY_S)
    if measured is None:
        return Problem(f"{device.label} cannot be opened", "close other programs that use it")
    return _found(device, measured)


def _found(device: Device, measured: MeasuredLevel | None) -> Found:
    return Found(device, measured.dbfs, measured.verdict) if measured else Found(device)


def main() -> None:
    """Enter the sandbox, probe, print."""
    sandbox = Sandbox(rights_of("capture"), Run(Path("/nonexistent"), {}), "capture:probe")
    try:
        silence_stderr()
        system = open_audio_system()
    except Failure as failure:
        report = ProbeReport(failed=Problem(failure.problem, failure.fix))
    else:
        sandbox.enforce()
        report = probe(system, levels=LEVELS in sys.argv, tries=TRY in sys.argv)
    sys.stdout.buffer.write(msgspec.json.encode(report))


if __name__ == "__main__":
    main()
