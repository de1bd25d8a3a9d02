"""Starts without arguments: the wizard, then a session; a guide without a display."""

from __future__ import annotations

import os
import subprocess
import sys

import typer

from bus.failures import Failure, MachineFailure
from overlay.display import choose_platform
from overlay.texts.sentences import sentences
from session import settings as all_settings
from session.doctor import checks
from session.doctor.finding import Finding
from session.doctor.sound import sound
from session.run.launch import has_display, launch
from session.run.start.request import DEFAULT_SOURCES, Request
from session.setup import CLOSED_CODE, strings


def start() -> None:
    """Start a session as the settings say; without settings, set up first.

    Raises:
        Failure: The session cannot be started, or did not end well.
    """
    if not all_settings.user_file().exists():
        if not _can_show_windows():
            guide()
            return
        if not _run_window("session.setup"):
            return
    launch(Request(flags={}, default_sources=DEFAULT_SOURCES, only_present=True))


def run_setup() -> None:
    """Show the wizard.

    Raises:
        MachineFailure: There is no display.
    """
    _need_display(strings.SETUP_NEEDS_DISPLAY)
    _run_window("session.setup")


def run_settings() -> None:
    """Show the settings window.

    Raises:
        MachineFailure: There is no display.
    """
    _need_display(strings.SETTINGS_NEED_DISPLAY)
    _run_window("session.setup.settings.settings_window")


def run_tray(*, starts: bool) -> None:
    """Become the process of the tray icon.

    Args:
        starts: Start a session too, if none is running; also where there can be no icon.

    Raises:
        MachineFailure: There is no display.
    """
    _need_display(strings.TRAY_NEEDS_DISPLAY)
    command = [sys.executable, "-P", "-m", "session.setup.tray.icon", *(["--start"] if starts else [])]
    os.execv(sys.executable, command)


def guide() -> None:
    """Print what is missing, and the next command."""
    found = [*sound(), *checks.models()]
    missing = [finding for finding in found if not finding.ok and finding.fix]
    typer.echo(f"{strings.GUIDE}\n")
    typer.echo(strings.GUIDE_MISSING)
    typer.echo(f"  – {strings.GUIDE_SETTINGS}")
    for finding in missing:
        typer.echo(f"  – {sentences(f'{finding.name}: {finding.detail}', finding.fix)}")
    typer.echo(f"\n{strings.GUIDE_NEXT.format(command=_next_command(found))}\n{strings.GUIDE_HELP}")


def _next_command(found: list[Finding]) -> str:
    """Return what to type next: what a session needs first, then a session, or the demo without sound."""
    needed = [finding.fix for finding in found if finding.needed and not finding.ok]
    if commands := [fix for fix in needed if fix.startswith("cuecard ")]:
        return commands[0]
    can_hear = any(finding.name == "microphone" and finding.ok for finding in found)
    return "cuecard run" if can_hear else "cuecard demo"


def _can_show_windows() -> bool:
    if not has_display():
        return False
    try:
        choose_platform()
    except Failure:
        return False
    return True


def _need_display(problem: str) -> None:
    if not _can_show_windows():
        raise MachineFailure(
            problem,
            kept="nothing was changed",
            fix=f"edit {all_settings.user_file()} in a text editor (docs/options.md lists all settings)",
        )


def _run_window(module: str) -> bool:
    """Show a window until it is closed; return whether it was completed.

    Raises:
        SystemExit: It failed, and has printed why.
    """
    code = subprocess.run([sys.executable, "-P", "-m", module], check=False).returncode
    if code not in (0, CLOSED_CODE):
        sys.exit(code)
    return code == 0
