"""Checks PortAudio, the microphone and the computer's own sound, inside the sandbox of a capture stage."""

from __future__ import annotations

from bus.failures import Failure
from capture.probe import TRY, Found, ProbeReport, Problem
from session.device_list import ask_capture
from session.doctor.finding import Finding

_OR_RECORDING = "or give recordings with --source NAME=file:PATH"


def sound() -> list[Finding]:
    """Open the default microphone and the computer's own sound as a session would."""
    try:
        report = ask_capture(TRY)
    except Failure as failure:
        return [Finding("PortAudio", False, failure.what, failure.todo)]
    return findings(report)


def findings(report: ProbeReport) -> list[Finding]:
    """Return what a probe comes to. Pure."""
    if report.failed is not None:
        return [Finding("PortAudio", False, report.failed.what, report.failed.todo)]
    return [
        Finding("PortAudio", True, f"{len(report.devices)} devices"),
        _finding("microphone", report.microphone),
        _finding("computer's sound", report.monitor),
    ]


def _finding(name: str, tried: Found | Problem | None) -> Finding:
    match tried:
        case Found(device=device, level_dbfs=level):
            return Finding(name, True, f"{device.label}, {level:.0f} dBFS now", needed=False)
        case Problem(what=what, todo=todo):
            return Finding(name, None, what, todo or _OR_RECORDING, needed=False)
        case None:
            return Finding(name, None, "not tried", _OR_RECORDING, needed=False)
