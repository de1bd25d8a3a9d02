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
from bus.stages import rights_of
from capture.devices import portaudio
from capture.devices.device_list import Device, choose, list_devices, measure_level
from capture.source import Live, Microphone, Monitor

LEVELS, TRY = "--levels", "--try"
_MEASURE_S = 0.5


class Problem(msgspec.Struct, frozen=True, tag=True):
    """Why something cannot be captured."""

    problem: str
    fix: str = ""


class Found(msgspec.Struct, frozen=True, tag=True):
    """A device and its level."""

    device: Device
    level_dbfs: float | None = None
    """None when it was not measured or could not be opened."""


class ProbeReport(msgspec.Struct, frozen=True):
    """The devices that a capture stage can use."""

    devices: list[Found] = []
    failed: Problem | None = None
    """Why no device could be listed."""
    microphone: Found | Problem | None = None
    """The device for `default`, when it was tried."""
    monitor: Found | Problem | None = None
    """The device for `monitor`, when it was tried."""


def probe(*, levels: bool, tries: bool) -> ProbeReport:
    """List the devices.

    Args:
        levels: Open each briefly and measure its level.
        tries: Open the devices for `default` and `monitor` briefly.
    """
    try:
        devices = list_devices()
    except Failure as failure:
        return ProbeReport(failed=Problem(failure.problem, failure.fix))
    return ProbeReport(
        [Found(device, measure_level(device, _MEASURE_S) if levels else None) for device in devices],
        microphone=_try(Microphone()) if tries else None,
        monitor=_try(Monitor()) if tries else None,
    )


def _try(source: Live) -> Found | Problem:
    try:
        device = choose(source)
    except Failure as failure:
        return Problem(failure.problem, failure.fix)
    level = measure_level(device, _MEASURE_S)
    if level is None:
        return Problem(f"{device.label} cannot be opened", "close other programs that use it")
    return Found(device, level)


def main() -> None:
    """Enter the sandbox, probe, print."""
    sandbox = Sandbox(rights_of("capture"), Run(Path("/nonexistent"), {}), "capture:probe")
    try:
        portaudio.silence_stderr()
        portaudio.load()
    except Failure as failure:
        report = ProbeReport(failed=Problem(failure.problem, failure.fix))
    else:
        sandbox.enforce()
        report = probe(levels=LEVELS in sys.argv, tries=TRY in sys.argv)
    sys.stdout.buffer.write(msgspec.json.encode(report))


if __name__ == "__main__":
    main()
