"""Finds the run directories of this user: running, crashed, or held by a keeper."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from bus.failures import MachineFailure

PREFIX = "cuecard-"
"""How the name of a run directory begins; the ID of the process that created it follows."""

_KEEPER = "keeper"
_KEEPER_TIMEOUT_S = 1.0


@dataclass(frozen=True)
class _RunDirectory:
    """A directory that looks like a run of this user."""

    directory: Path
    owner: int
    """ID of the process that created it."""
    created_s: float


def keeper_socket(directory: Path) -> Path:
    """Return the socket in a run's directory of the process that retains the log of a killed session."""
    return directory / _KEEPER / _KEEPER


def remove_stale_runs(base: Path) -> list[Path]:
    """Remove the directories that crashed runs left in `base`, and return them."""
    removed = []
    for found in _runs(base):
        if not psutil.pid_exists(found.owner) and not _has_keeper(found.directory):
            with contextlib.suppress(OSError):
                shutil.rmtree(found.directory)
                removed.append(found.directory)
    return removed


def live_sessions() -> list[Path]:
    """Return the directories of this user's running sessions, the newest first."""
    runs = sorted(_runs(base_directory()), key=lambda found: found.created_s, reverse=True)
    return [found.directory for found in runs if psutil.pid_exists(found.owner)]


def running_sessions() -> list[Path]:
    """Return the directories of this user's runs that are running or can still be resumed."""
    found = _runs(base_directory())
    return [each.directory for each in found if psutil.pid_exists(each.owner) or _has_keeper(each.directory)]


def stale_runs() -> list[Path]:
    """Return the directories that this user's runs left when they crashed."""
    held = running_sessions()
    return [found.directory for found in _runs(base_directory()) if found.directory not in held]


def kept_sessions() -> list[Path]:
    """Return the keeper sockets of this user's killed sessions, the newest first."""
    runs = sorted(_runs(base_directory()), key=lambda found: found.created_s, reverse=True)
    killed = [found.directory for found in runs if not psutil.pid_exists(found.owner)]
    return [keeper_socket(directory) for directory in killed if _has_keeper(directory)]


def _has_keeper(directory: Path) -> bool:
    """Tell whether a keeper still retains the log of a killed session there."""
    if sys.platform == "win32":
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_KEEPER_TIMEOUT_S)
        try:
            connection.connect(str(keeper_socket(directory)))
        except (TimeoutError, BlockingIOError):
            return True  # a busy keeper counts as well
        except OSError:
            return False
    return True


def _runs(base: Path) -> list[_RunDirectory]:
    found = []
    for directory in base.glob(f"{PREFIX}*-*"):
        with contextlib.suppress(ValueError, OSError):
            status = directory.lstat()
            owner = int(directory.name[len(PREFIX) :].partition("-")[0])
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
                found.append(_RunDirectory(directory, owner, status.st_mtime))
    return found


def base_directory() -> Path:
    """Return the directory for runs, in which no other user can rename a run's directory.

    Raises:
        MachineFailure: There is none.
    """
    named = os.environ.get("XDG_RUNTIME_DIR")
    if named and _is_ours(Path(named), forbidden=0o077):
        return Path(named)
    base = Path(tempfile.gettempdir())
    if not (_is_ours(base, forbidden=0o022) or base.stat().st_mode & stat.S_ISVTX):
        raise MachineFailure(
            f"other users can rename what is in {base}",
            kept="nothing was started",
            fix="set XDG_RUNTIME_DIR to a directory of yours with mode 0700",
        )
    return base


def _is_ours(directory: Path, *, forbidden: int) -> bool:
    """Return whether a directory belongs to this user, and none of these mode bits is set."""
    if sys.platform == "win32":
        return directory.is_dir()
    try:
        status = directory.stat()
    except OSError:
        return False
    is_directory, mode = stat.S_ISDIR(status.st_mode), stat.S_IMODE(status.st_mode)
    return is_directory and status.st_uid == os.getuid() and not mode & forbidden
