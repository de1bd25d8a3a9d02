"""Checks the sound devices, the microphone and the computer's own sound, inside capture's sandbox."""

from __future__ import annotations

import msgspec

from bus.failures import Failure, MachineFailure
from capture.probe import TRY, Found, ProbeReport, Problem
from session.doctor.child_process import run_python
from session.doctor.finding import Finding

_LIMIT_S = 20.0
_OR_RECORDING = "or use recordings with --source NAME=file:PATH"


def sound() -> list[Finding]:
    """Open the default microphone and the computer's own sound as a session does."""
    try:
        report = probe_capture(TRY)
    except Failure as failure:
        return [Finding("sound devices", False, failure.problem, failure.fix)]
    return findings(report)


def probe_capture(*wanted: str) -> ProbeReport:
    """Return the devices that a capture stage can open, probed in a child process in the same sandbox.

    Args:
        wanted: `probe.LEVELS`, `probe.TRY`, both or none.

    Raises:
        MachineFailure: The process failed or timed out; a sound server may hang.
    """
    result = run_python("-m", "capture.probe", *wanted, limit_s=_LIMIT_S)
    if result.error:
        raise MachineFailure(
            f"the audio devices cannot be listed ({result.error})",
            fix="restart the sound server: systemctl --user restart pipewire-pulse (or pulseaudio)",
        )
    return msgspec.json.decode(result.output, type=ProbeReport)


def findings(report: ProbeReport) -> list[Finding]:
    """Return the findings of a probe. Pure."""
    if report.failed is not None:
        return [Finding("sound devices", False, report.failed.problem, report.failed.fix)]
    return [
        Finding("sound devices", True, f"{len(report.devices)} devices"),
        _finding("microphone", report.microphone),
        _finding("computer's sound", report.monitor),
    ]


def _finding(name: str, tried: Found | Problem | None) -> Finding:
    match tried:
        case Found(device=device, level_dbfs=level):
            return Finding(name, True, f"{device.label}, {level:.0f} dBFS now", needed=False)
        case Problem(problem=problem, fix=fix):
            return Finding(name, None, problem, fix or _OR_RECORDING, needed=False)
        case None:
            return Finding(name, None, "not tested", _OR_RECORDING, needed=False)
