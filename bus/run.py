"""A run: the private directory in which the processes of one session meet.

The directory is 0700 and holds the hub's socket, one socket for each ring, and `run.json` (0600) with the
run's token and the settings every stage reads. It never holds audio, words or keys. A stage finds it by
the environment variable CUECARD_RUN, so any stage can be started by hand beside a running session.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psutil

from bus.failures import MachineFailure, SettingsFailure

RUN_VARIABLE = "CUECARD_RUN"
"""Names the run's directory to the stages."""

SOURCE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,15}")
"""What a source may be called; the name becomes part of a socket's path."""

_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107
_PREFIX = "cuecard-"

T = TypeVar("T", bound=msgspec.Struct)


class _RunFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: str
    settings: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Run:
    """The place where the processes of one session meet."""

    directory: Path
    token: bytes
    """Shown by every peer with every message; whoever cannot is refused."""
    tables: Mapping[str, Mapping[str, Any]]
    """The settings, one table a stage, as plain values."""

    @property
    def hub_address(self) -> str:
        """Where the hub listens, in ZeroMQ's words."""
        return f"ipc://{self.directory / 'hub'}"

    def ring_address(self, source: str) -> Path:
        """Where the ring of a source is served."""
        return self.directory / f"ring-{source}"

    @classmethod
    def create(cls, settings: Mapping[str, msgspec.Struct]) -> Run:
        """Make the directory of a new run and write down what its stages need.

        Raises:
            MachineFailure: No directory can be made or written to.
        """
        base = _base_directory()
        sweep(base)
        token = secrets.token_hex(16)
        tables = {name: msgspec.to_builtins(table) for name, table in settings.items()}
        directory: Path | None = None
        try:
            directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))
            if len(str(directory)) + len("/ring-") + 16 > _LONGEST_SOCKET_PATH:
                raise OSError(0, "its path is too long for a socket")
            file = directory / "run.json"
            file.touch(0o600, exist_ok=False)
            file.write_bytes(msgspec.json.encode(_RunFile(token, tables)))
        except OSError as error:
            if directory is not None:
                shutil.rmtree(directory, ignore_errors=True)
            raise MachineFailure(
                f"no run directory can be made in {base} ({error.strerror or error})",
                kept="nothing was started",
                todo="set XDG_RUNTIME_DIR to a directory of yours that is short, writable and not full",
            ) from error
        return cls(directory, token.encode(), tables)

    @classmethod
    def open(cls) -> Run:
        """Return the run that the environment names.

        Raises:
            MachineFailure: There is none, or it is not ours to read.
        """
        named = os.environ.get(RUN_VARIABLE)
        if not named:
            raise MachineFailure(
                f"{RUN_VARIABLE} is not set",
                todo="start a session with `cuecard run`, or name the directory of a running one",
            )
        return cls._read(Path(named))

    @classmethod
    def find(cls) -> Run:
        """Return the run that the environment names, or else this user's newest that is going on.

        Raises:
            MachineFailure: There is none.
        """
        if RUN_VARIABLE in os.environ:
            return cls.open()
        going_on = [found for found in _runs(_base_directory()) if psutil.pid_exists(found.owner)]
        if not going_on:
            raise MachineFailure("no session is going on", todo="start one with `cuecard run`")
        return cls._read(max(going_on, key=lambda found: found.made_s).directory)

    @classmethod
    def _read(cls, directory: Path) -> Run:
        try:
            file = msgspec.json.decode((directory / "run.json").read_bytes(), type=_RunFile)
        except (OSError, msgspec.DecodeError) as error:
            raise MachineFailure(
                f"{directory} is no run's directory ({error})", todo="start a session with `cuecard run`"
            ) from error
        return cls(directory, file.token.encode(), file.settings)

    def settings(self, table: str, kind: type[T]) -> T:
        """Return a stage's table of the settings, decoded.

        Raises:
            SettingsFailure: The table does not fit `kind`.
        """
        try:
            return msgspec.convert(self.tables.get(table, {}), kind)
        except msgspec.ValidationError as error:
            raise SettingsFailure(f"the settings of {table} do not fit: {error}") from error

    def remove(self) -> None:
        """Remove the directory and everything in it."""
        shutil.rmtree(self.directory, ignore_errors=True)


def sweep(base: Path) -> list[Path]:
    """Remove what crashed runs left in `base`, and return what was removed."""
    removed = []
    for found in _runs(base):
        if not psutil.pid_exists(found.owner):
            with contextlib.suppress(OSError):
                shutil.rmtree(found.directory)
                removed.append(found.directory)
    return removed


@dataclass(frozen=True)
class _Found:
    """A directory that looks like a run of this user."""

    directory: Path
    owner: int
    """The process that made it."""
    made_s: float


def _runs(base: Path) -> list[_Found]:
    found = []
    for directory in base.glob(f"{_PREFIX}*-*"):
        with contextlib.suppress(ValueError, OSError):
            status = directory.lstat()
            owner = int(directory.name[len(_PREFIX) :].partition("-")[0])
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
                found.append(_Found(directory, owner, status.st_mtime))
    return found


def _base_directory() -> Path:
    named = os.environ.get("XDG_RUNTIME_DIR")
    return Path(named) if named and Path(named).is_dir() else Path(tempfile.gettempdir())
