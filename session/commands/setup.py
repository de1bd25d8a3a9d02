"""Commands with a window of their own: `cuecard setup`, `settings`, `tray`."""

from __future__ import annotations

from typing import Annotated

import typer


def setup() -> None:
    """Set up sound, model, provider and notes in a window of five short pages.

    \b
    Example:
      cuecard setup
    """
    from session.setup.start import run_setup

    run_setup()


def settings() -> None:
    """Change all settings in a window.

    \b
    Example:
      cuecard settings
    """
    from session.setup.start import run_settings

    run_settings()


def tray(
    start: Annotated[bool, typer.Option("--start", help="Start a session too, if none is running.")] = False,
) -> None:
    """Show an icon in the desktop's tray, to start, pause and end sessions.

    \b
    Example:
      cuecard tray
    """
    from session.setup.start import run_tray

    run_tray(starts=start)
