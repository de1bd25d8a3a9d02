"""`cuecard devices`: what can be captured, how loud it is, which is the default."""

from __future__ import annotations

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from capture.devices import Device, list_devices, measure_level

_LISTEN_S = 0.5


def show_devices(*, as_json: bool, with_levels: bool) -> None:
    """Print every device that can be captured.

    Raises:
        Failure: The audio library is missing.
    """
    found = [(device, measure_level(device, _LISTEN_S) if with_levels else None) for device in list_devices()]
    if as_json:
        for device, level in found:
            row = {**msgspec.to_builtins(device), "level_dbfs": level}
            typer.echo(msgspec.json.encode(row).decode())
        return
    if not found:
        typer.echo("no device can be captured; see `cuecard doctor`", err=True)
        return
    Console(highlight=False, soft_wrap=True).print(_table(found, with_levels))


def _table(found: list[tuple[Device, float | None]], with_levels: bool) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (
        "source",
        "kind",
        "default",
        "rate",
        "channels",
        "via",
        *(["level"] if with_levels else []),
    ):
        table.add_column(heading)
    for device, level in found:
        row = [
            device.name,
            device.kind,
            "yes" if device.is_default else "",
            f"{device.native_rate_hz} Hz",
            str(device.native_channels),
            device.host_api,
        ]
        if with_levels:
            row.append("not to be opened" if level is None else f"{level:.0f} dBFS")
        table.add_row(*row)
    return table
