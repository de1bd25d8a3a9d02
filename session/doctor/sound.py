"""Checks PortAudio, the microphone and the computer's own sound, inside the sandbox of a capture stage."""

from __future__ import annotations

import msgspec

from bus.failures import Failure, MachineFailure
from capture.probe import TRY, Found, ProbeReport, Problem
from session.doctor.child_process import ask
from session.doctor.finding import Finding

_LIMIT_S = 20.0
_OR_RECORDING = "or give recordings with --source NAME=file:PATH"


def sound() -> list[Finding]:
    """Open the default microphone and the computer's own sound as a session would."""
    try:
        report = probe_capture(TRY)
    except Failure as failure:
        return [Finding("PortAudio", False, failure.problem, failure.fix)]
    return findings(report)


def probe_capture(*wanted: str) -> ProbeReport:
    """Return what a capture stage can reach, asked in a process in the same sandbox.

    Args:
        wanted: `probe.LEVELS`, `probe.TRY`, both or none.

    Raises:
        MachineFailure: The process gave no answer; a sound server may hang.
    """
    answer = ask("-m", "capture.probe", *wanted, limit_s=_LIMIT_S)
    if answer.complaint:
        raise MachineFailure(
            f"the sound devices cannot be listed ({answer.complaint})",
            fix="restart the sound server: systemctl --user restart pipewire-pulse (or pulseaudio)",
        )
    return msgspec.json.decode(answer.said, type=ProbeReport)


def findings(report: ProbeReport) -> list[Finding]:
    """Return what a probe comes to. Pure."""
    if report.failed is not None:
        return [Finding("PortAudio", False, report.failed.problem, report.failed.fix)]
    return [
        Finding("PortAudio", True, f"{len(report.devices)} devices"),
        _finding("microphone", report.microphone),
        _finding("computer's sound", report.monitor),
    ]


def _finding(name: str, tried: Found | Problem | None) -> Finding:
    match tried:
        case Found(device=device, level_dbfs=level):
            return Finding(name, True, f"{device.label}, {level:.0f} dBFS now", needed=False)
        case Problem(problem=what, fix=fix):
            return Finding(name, None, what, fix or _OR_RECORDING, needed=False)
        case None:
            return Finding(name, None, "not tried", _OR_RECORDING, needed=False)
