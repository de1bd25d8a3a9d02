"""`cuecard devices`: lists the devices that a capture stage can open in its sandbox."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bus.failures import MachineFailure
from capture.level_test import Verdict
from capture.probe import LEVELS, Found
from session.doctor.sound import probe_capture

_PIPE_WIDTH = 160
_MEASURING = "Measuring for two seconds. Speak, and play something…"
_VERDICTS: dict[Verdict, str] = {
    "silent": "digitally silent: muted?",
    "quiet": "very quiet",
    "good": "good",
    "clips": "clips: lower its volume",
}
_NOTHING_PLAYS = "digitally silent: nothing plays"
_KINDS = {"microphone": "microphone", "monitor": "what the computer plays", "program": "program that plays"}


def show_devices(*, as_json: bool, with_levels: bool) -> None:
    """Print every device that can be captured, and the programs that play.

    Raises:
        Failure: The audio library is missing, or the sound server does not respond.
    """
    with _progress() if with_levels else contextlib.nullcontext():
        report = probe_capture(*([LEVELS] if with_levels else []))
    if report.failed is not None:
        raise MachineFailure(report.failed.problem, fix=report.failed.fix)
    if as_json:
        for found in report.devices:
            levels = {"level_dbfs": found.level_dbfs, "verdict": found.verdict}
            typer.echo(msgspec.json.encode({**msgspec.to_builtins(found.device), **levels}).decode())
        return
    if not report.devices:
        typer.echo("no device can be captured; see `cuecard doctor`", err=True)
        return
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    Console(highlight=False, soft_wrap=True, width=width).print(_table(report.devices, with_levels))


@contextlib.contextmanager
def _progress() -> Iterator[None]:
    """Say on standard error what takes two seconds."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.print(_MEASURING)
        yield
        return
    with console.status(_MEASURING):
        yield


def _table(devices: Sequence[Found], with_levels: bool) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("device", no_wrap=not sys.stdout.isatty())
    for heading in ("kind", *(["level"] if with_levels else []), "rate", "as --source"):
        table.add_column(heading, no_wrap=heading != "as --source")
    for found in devices:
        device = found.device
        kind = _KINDS[device.kind]
        table.add_row(
            device.label,
            f"{kind}, default" if device.is_default else kind,
            *([_level(found)] if with_levels else []),
            f"{device.native_rate_hz} Hz",
            f"app:{device.name}" if device.kind == "program" else f"device:{device.name}",
        )
    return table


def _level(found: Found) -> str:
    if found.level_dbfs is None or found.verdict is None:
        return "delivers nothing"
    if found.verdict == "silent":
        return _VERDICTS["silent"] if found.device.kind == "microphone" else _NOTHING_PLAYS
    return f"{found.level_dbfs:.0f} dBFS, {_VERDICTS[found.verdict]}"
