"""Asks which device is meant, on a terminal, where a name fits several."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import typer

from capture.devices.device import Device, matching_devices
from capture.source import NamedDevice, parse_source

_SEVERAL = "{wanted!r} fits several devices for {source}:"
_WHICH = "Which one"


def with_chosen_devices(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the sources, with every device named by its stable name as far as it can be found.

    Without a terminal, the names stay as they are; capture then reports the candidates.

    Raises:
        MachineFailure: The devices cannot be listed.
    """
    named = [name for name, spec in sources.items() if isinstance(parse_source(name, spec), NamedDevice)]
    if not named or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return dict(sources)
    from session.doctor.sound import probe_capture  # loads what lists devices

    listed = [found.device for found in probe_capture().devices]
    return chosen(sources, listed, _ask)


def chosen(
    sources: Mapping[str, str],
    listed: Sequence[Device],
    ask: Callable[[str, str, Sequence[Device]], Device],
) -> dict[str, str]:
    """Return the sources with the names of the devices that they mean.

    Args:
        sources: Specifications by name.
        listed: The devices that can be captured.
        ask: Returns the one that is meant; gets the source, the words and the candidates.
    """
    found = dict(sources)
    devices = [device for device in listed if device.kind != "program"]
    for name, spec in sources.items():
        source = parse_source(name, spec)
        if not isinstance(source, NamedDevice) or source.wanted.isdecimal():
            continue
        matching = matching_devices(source.wanted, devices)
        if matching:
            device = matching[0] if len(matching) == 1 else ask(name, source.wanted, matching)
            found[name] = f"device:{device.name}"
    return found


def _ask(source: str, wanted: str, candidates: Sequence[Device]) -> Device:
    typer.echo(_SEVERAL.format(wanted=wanted, source=source), err=True)
    for number, device in enumerate(candidates, 1):
        typer.echo(f"  {number}  {device.label}  ({device.name})", err=True)
    number = 0
    while not 1 <= number <= len(candidates):
        number = typer.prompt(_WHICH, type=int, err=True)
    return candidates[number - 1]
