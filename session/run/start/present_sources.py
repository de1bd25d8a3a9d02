"""Leaves out the default sources that this machine does not have."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from bus.failures import InputFailure
from capture.probe import ProbeReport
from session.doctor.sound import probe_capture

_KINDS = {"default": "microphone", "monitor": "monitor"}
_WORDS = {"microphone": "the microphone ({device})", "monitor": "what the computer plays ({device})"}


def present(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the sources whose device exists, and say which in one line.

    Args:
        sources: "default" or "monitor", by name.

    Raises:
        InputFailure: None exists.
        MachineFailure: The devices cannot be listed.
    """
    report = probe_capture()
    devices = _devices(report)
    found = {name: spec for name, spec in sources.items() if _KINDS[spec] in devices}
    if not found:
        failed = report.failed
        raise InputFailure(
            failed.problem if failed else "no microphone and no sound of the computer can be captured",
            kept="nothing was started",
            fix=(failed.fix if failed else "") or "see `cuecard doctor`, or play a recording with --source",
        )
    words = [_WORDS[kind].format(device=devices[kind]) for kind in map(_KINDS.__getitem__, found.values())]
    typer.echo(f"Listening to {' and '.join(words)}; --source chooses others.", err=True)
    return found


def _devices(report: ProbeReport) -> dict[str, str]:
    """Return the name of the usual device of each kind; a monitor counts as no microphone."""
    devices = [found.device for found in report.devices]
    usual: dict[str, str] = {device.kind: device.label for device in reversed(devices)}
    return usual | {device.kind: device.label for device in devices if device.is_default}
