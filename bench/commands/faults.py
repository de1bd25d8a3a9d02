"""Commands that measure robustness: `cuecard bench kills`, `fuzz`, `sandbox`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.commands.extras import need_extras
from bench.commands.options import RayOption, SeedOption


def kills(
    stage: Annotated[
        list[str] | None,
        typer.Option(help="Kind of stage to hit: capture, vad, stt, llm, …; repeatable."),
    ] = None,
    times: Annotated[int, typer.Option(min=1, help="Faults per stage.")] = 20,
    hang: Annotated[bool, typer.Option("--hang", help="Stop them instead of killing them.")] = False,
    answers: Annotated[bool, typer.Option("--answers", help="Answer questions meanwhile.")] = False,
    seed: SeedOption = 1,
    ray: RayOption = "",
    supervisor: Annotated[int, typer.Option(help="Kill the supervisor this many times instead.")] = 0,
    frozen_overlay: Annotated[
        float, typer.Option(metavar="SECONDS", help="Freeze the overlay for this long instead.")
    ] = 0.0,
) -> None:
    """Kill or stop processes at random moments of speech, and measure recovery and losses."""
    need_extras()
    if supervisor:
        from bench.faults.orphans import measure as kill_supervisors

        kill_supervisors(supervisor, seed=seed)
    elif frozen_overlay:
        from bench.faults.frozen import measure as freeze

        freeze(frozen_overlay)
    else:
        from bench.faults.kills import measure

        measure(stage or ["stt"], times, hang=hang, seed=seed, answers=answers, ray=ray)


def fuzz(
    inputs: Annotated[int, typer.Option(min=1, help="Number of inputs for all decoders together.")] = 100_000,
    decoder: Annotated[list[str] | None, typer.Option(help="Only these; repeatable.")] = None,
    seconds: Annotated[float, typer.Option(min=0.0, help="Time limit; 0 for none.")] = 0.0,
    seed: SeedOption = 1,
    keep: Annotated[Path | None, typer.Option(file_okay=False, help="Folder for faulty inputs.")] = None,
    guided: Annotated[
        bool, typer.Option("--guided", help="Generate inputs with atheris, for --seconds per decoder (60).")
    ] = False,
) -> None:
    """Fuzz every decoder of external input: crashes, hangs, forgeries."""
    from bench.fuzzing.campaign import Plan, breed, measure

    (breed if guided else measure)(Plan(inputs, decoder or [], seconds, seed, keep))


def sandbox(
    runs: Annotated[
        int, typer.Option(min=0, help="How often to play the interview, with and without sandboxes.")
    ] = 3,
    starts: Annotated[
        int, typer.Option(min=0, help="How often to only start, with and without sandboxes.")
    ] = 10,
) -> None:
    """Measure what the sandboxes cost: session start and wait for finals, with and without, in turn."""
    need_extras()
    from bench.faults.sandbox import measure

    measure(runs, starts)
