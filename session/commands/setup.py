"""Commands with a window of their own: `cuecard setup`, `settings`."""

from __future__ import annotations


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
