"""`cuecard devices`: lists the devices that a capture stage can open in its sandbox."""

from __future__ import annotations

import sys

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bus.failures import MachineFailure
from capture.probe import LEVELS, Found
from session.doctor.sound import probe_capture

_PIPE_WIDTH = 160


def show_devices(*, as_json: bool, with_levels: bool) -> None:
    """Print every device that can be captured.

    Raises:
        Failure: The audio library is missing, or the sound server does not respond.
    """
    report = probe_capture(*([LEVELS] if with_levels else []))
    if report.failed is not None:
        raise MachineFailure(report.failed.problem, fix=report.failed.fix)
    if as_json:
        for found in report.devices:
            row = {**msgspec.to_builtins(found.device), "level_dbfs": found.level_dbfs}
            typer.echo(msgspec.json.encode(row).decode())
        return
    if not report.devices:
        typer.echo("no device can be captured; see `cuecard doctor`", err=True)
        return
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    Console(highlight=False, soft_wrap=True, width=width).print(_table(report.devices, with_levels))


def _table(devices: list[Found], with_levels: bool) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("device", no_wrap=not sys.stdout.isatty())
    for heading in ("kind", *(["level"] if with_levels else []), "rate", "name"):
        table.add_column(heading, no_wrap=heading != "name")
    for found in devices:
        device = found.device
        level = "closed" if found.level_dbfs is None else f"{found.level_dbfs:.0f} dBFS"
        table.add_row(
            device.label,
            f"{device.kind}, default" if device.is_default else device.kind,
            *([level] if with_levels else []),
            f"{device.native_rate_hz} Hz",
            device.name if device.description else f"({device.host_api})",
        )
    return table
