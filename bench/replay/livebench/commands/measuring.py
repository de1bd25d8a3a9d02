"""Commands that play and measure: `run`, `systems`, `install`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from livebench.commands.options import Data, Homes, Names, Packed, Page, Programs, Ray, Results, Weights
from livebench.playing.load import Load
from livebench.systems.catalogue import SYSTEMS, chosen, environments_directory
from livebench.systems.environments import HOMES
from livebench.systems.programs import own_system


def run(
    data: Data,
    weights: Weights,
    results: Results = Path("results"),
    system: Names = None,
    program: Programs = None,
    turns: Annotated[int, typer.Option(min=1, help="Number of turns, chosen by the seed.")] = 40,
    seed: Annotated[int, typer.Option(help="Of choice and order; a private one is a private split.")] = 1,
    tag: Annotated[list[str] | None, typer.Option(help="Only turns with this tag; repeatable.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Forth, back, forth, …")] = 2,
    load: Annotated[Load, typer.Option(help="Other programs: one core taken, or each 60 % busy.")] = "none",
    sweep: Annotated[bool, typer.Option("--sweep", help="Every value of each system's own knob.")] = False,
    homes: Homes = None,
    ray: Ray = "",
    packed: Packed = False,
    report: Page = None,
) -> None:
    """Play the same stream to every installed system, and print one table."""
    from livebench.comparing import compare
    from livebench.data.rows import read_rows
    from livebench.data.stream import choose
    from livebench.trials import Comparison

    rows = choose(read_rows(data), turns, seed, tag or [])
    homes = (homes or environments_directory()).absolute()
    comparison = Comparison(
        [*([] if program and not system else chosen(system or [])), *map(own_system, program or [])],
        homes,
        weights.absolute(),
        results.absolute(),
        rounds,
        sweep,
        load,
        data.absolute(),
    )
    compare(comparison, data, rows, seed, report, ray=ray, packed=packed)


def systems(homes: Homes = None) -> None:
    """List the systems: which can run, their knobs, and which the authors never ran."""
    from livebench.systems.installing import obstacle

    folder = homes or environments_directory()
    for each in SYSTEMS:
        knob = f"{each.knob.name}: {', '.join(each.knob.values)}" if each.knob else "no knob"
        unrun = f"; never run by the authors: {each.unrun}" if each.unrun else ""
        print(f"{each.name:18} {each.title:48} {obstacle(each, folder) or 'ready'}; {knob}{unrun}")


def install(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(HOMES)}.")],
    homes: Homes = None,
    missing: Annotated[bool, typer.Option("--missing", help="Only if it is not installed yet.")] = False,
) -> None:
    """Install the environment of a system."""
    from livebench.systems.installing import install as install_one
    from livebench.systems.installing import is_installed

    folder = (homes or environments_directory()).absolute()
    if not (missing and is_installed(folder, name)):
        print(f"{name} is in {install_one(folder, name)}")
