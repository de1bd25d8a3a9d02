"""Shared options of the bench's commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

CorpusOption = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        help="A folder with manifest.jsonl, or of recordings with a .txt beside each; "
        "without it, the shipped interview.",
    ),
]
ClipsOption = Annotated[int, typer.Option(min=1, help="Number of utterances of each kind.")]
SeedOption = Annotated[int, typer.Option(help="Seed of the choice and order.")]
KindsOption = Annotated[
    list[str] | None,
    typer.Option("--kind", help="clean (the default), noisy, telephone or noise; repeatable."),
]
SettingsOption = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="A settings file instead of your own.")
]
ViewOption = Annotated[Literal["none", "overlay"], typer.Option(help="Run the overlay too, offscreen.")]
LoadOption = Annotated[
    Literal["none", "one", "both60"],
    typer.Option(help="Other programs beside the session: one core taken, or every core 60 % busy."),
]
RunsOption = Annotated[int, typer.Option(min=1, help="Number of runs.")]
ReportOption = Annotated[Path | None, typer.Option(dir_okay=False, help="Write a self-contained HTML page.")]
RayOption = Annotated[
    str,
    typer.Option(
        "--ray", metavar="ADDRESS", help="Play on a Ray cluster, a node a part: auto, or HOST:PORT."
    ),
]
ShowOption = Annotated[bool, typer.Option("--show", help="Print misses and errors.")]
