"""Installs the environment of a system on request: `livebench install NAME`."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from livebench.failures import MachineFailure, UsageFailure
from livebench.systems.catalogue import is_here, missing_variable
from livebench.systems.environments import HOMES
from livebench.systems.system import Environment, System

_READY = ".installed"


def is_installed(directory: Path, home: str) -> bool:
    """Tell whether a system can run: its environment is complete, or it is installed beside this program."""
    return (directory / home / _READY).exists() or is_here(home)


def obstacle(system: System, directory: Path) -> str:
    """Return what keeps a system from running, as what to do; or nothing.

    Args:
        system: Any system, of the catalogue or not.
        directory: Folder of the environments.
    """
    if system.command:
        return ""
    if not is_installed(directory, system.home):
        return f"livebench install {system.home} --homes {directory}"
    variable = missing_variable(system)
    return f"set {variable}" if variable else ""


def install(directory: Path, name: str) -> Path:
    """Install a system's environment from scratch and return its folder.

    Args:
        directory: Folder of the environments.
        name: An environment of the catalogue.

    Raises:
        UsageFailure: No such system.
        MachineFailure: An installation step failed.
    """
    if name not in HOMES:
        raise UsageFailure(f"there is no system {name!r} to install", fix=f"choose of {', '.join(HOMES)}")
    home, folder = HOMES[name], directory / name
    (folder / _READY).unlink(missing_ok=True)
    venv.create(folder, clear=True, with_pip=True)
    for arguments in home.installs:
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", *arguments], name, home)
    (folder / _READY).touch()
    return folder


def _run(command: list[str], name: str, home: Environment) -> None:
    ended = subprocess.run(command, stdout=sys.stderr, check=False)
    if ended.returncode != 0:
        raise MachineFailure(
            f"{name} could not be installed: pip ended with exit code {ended.returncode}",
            kept="the other environments are untouched",
            fix=f"see the lines above; it needs {home.needs}" if home.needs else "see the lines above",
        )
