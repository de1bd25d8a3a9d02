"""Commands that find settings for this machine: `cuecard bench cores`."""

from __future__ import annotations

from typing import Annotated

import typer

from bench.commands.extras import need_extras
from bench.commands.options import ClipsOption, CorpusOption, LoadOption, SeedOption, SettingsOption
from bus.failures import UsageFailure


def cores(
    corpus: CorpusOption = None,
    clips: ClipsOption = 24,
    seed: SeedOption = 1,
    rounds: Annotated[
        int, typer.Option(min=1, help="Rounds in which the best placement is confirmed, ABBA.")
    ] = 4,
    placement: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only these, as the table names them; repeatable."),
    ] = None,
    each_stage: Annotated[
        bool, typer.Option("--each-stage", help="Also move every stage alone: three times as many runs.")
    ] = False,
    load: LoadOption = "none",
    settings: SettingsOption = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write a recommendation to your settings file.")
    ] = False,
) -> None:
    """Compare cores and niceness of the stages on this machine with the defaults, and recommend settings.

    Every placement is played in real time: with the shipped interview and two cores, half an hour.
    """
    need_extras()
    from bench.cores.measuring import Sweep, measure, pinnable_cores
    from bench.cores.placements import candidates, chosen
    from bench.latency.live import Plan

    if write and settings:
        raise UsageFailure(
            "--write changes your own settings file, and --settings compares with another",
            kept="nothing was run",
            fix="leave one of them out",
        )
    placements = chosen(placement or [], candidates(pinnable_cores(), each_stage=each_stage))
    measure(Sweep(placements, Plan(corpus, clips, seed, settings_file=settings, load=load), rounds, write))
