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
        "without it, the interview that ships with the program.",
    ),
]
ClipsOption = Annotated[int, typer.Option(min=1, help="How many utterances of each kind to play.")]
SeedOption = Annotated[int, typer.Option(help="Which ones, and in which order.")]
KindsOption = Annotated[
    list[str] | None,
    typer.Option("--kind", help="clean (the default), noisy, telephone or noise, as often as needed."),
]
SettingsOption = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="A settings file in the place of your own.")
]
ViewOption = Annotated[Literal["none", "overlay"], typer.Option(help="Paint too, on no screen.")]
RunsOption = Annotated[int, typer.Option(min=1, help="How often to play it.")]
ReportOption = Annotated[Path | None, typer.Option(dir_okay=False, help="Write one page, all in one file.")]
ShowOption = Annotated[bool, typer.Option("--show", help="Print what was missed and what was wrong.")]
