"""Options that several commands take: what they are called, and what their help says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

View = Literal["auto", "overlay", "terminal", "plain", "none"]

ViewOption = Annotated[
    View | None,
    typer.Option(
        help="Where to show it; auto takes the overlay if there is a display and no pipe, else the terminal."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print every logged event as one JSON object a line.")
]
JsonRowsOption = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
SaveOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Save the session when it ends: .md, .srt, .vtt or .json.")
]
UnsandboxedOption = Annotated[
    bool,
    typer.Option(
        "--allow-unsandboxed", help="Go on where nothing keeps the processes that hear off the network."
    ),
]
LanguageOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="What is spoken: en, de, …, or auto.")
]
ConfirmOption = Annotated[
    bool, typer.Option("--confirm", help="Show every request, and send it only when you let it go.")
]
SettingsOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A settings file in the place of your own.")
]


def shown(*, view: View | None, json: bool, save: Path | None) -> dict[str, Any]:
    """Return the settings of where a session goes; None where nothing was said."""
    return {"view": view, "json": json or None, "save": save and str(save)}
