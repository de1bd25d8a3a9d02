"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder with rows.jsonl.")]
Weights = Annotated[
    Path, typer.Option(exists=True, file_okay=False, help="A CTranslate2 Whisper folder, the same for all.")
]
Results = Annotated[Path, typer.Option(file_okay=False, help="Folder of run files, one a round.")]
Names = Annotated[list[str] | None, typer.Option("--system", help="Only these; repeatable.")]
Programs = Annotated[
    list[str] | None,
    typer.Option(
        "--program",
        metavar="NAME=COMMAND|FILE.toml",
        help="An adapter of your own; gets the weights as its argument. A TOML file may declare a knob.",
    ),
]
Homes = Annotated[Path | None, typer.Option(file_okay=False, help="Folder of the systems' environments.")]
Page = Annotated[Path | None, typer.Option(dir_okay=False, help="Write a self-contained HTML page.")]
Files = Annotated[list[Path], typer.Argument(exists=True, help="Run files, or folders of them.")]
Checked = Annotated[
    list[Path],
    typer.Argument(
        exists=True, help="Run files or folders of them, and pages (.html) that were made of them."
    ),
]
Ray = Annotated[
    str,
    typer.Option(metavar="ADDRESS", help="Play on a Ray cluster, a node a trial: auto, or HOST:PORT."),
]
Packed = Annotated[
    bool, typer.Option("--packed", help="Let trials share nodes of the cluster; only their words count.")
]
