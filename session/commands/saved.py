"""Command for saved sessions: `cuecard view`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def view(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A session that was saved as .json.")],
) -> None:
    """Open a saved session in a window; without a display or to a pipe, print it as Markdown.

    \b
    Examples:
      cuecard view call.json
      cuecard view call.json > call.md
    """
    from session.run.end.viewing import view

    view(file)
