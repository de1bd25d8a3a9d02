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
import socket
import stat
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import psutil

from bus.failures import MachineFailure, SettingsFailure

RUN_VARIABLE = "CUECARD_RUN"
"""Names the run's directory to the stages."""

CONNECTOR_VARIABLE = "CUECARD_DIAL_SECRET"
"""Holds what whoever asks the connector must know; only the connector and who may ask it are told."""

SOURCE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,15}")
"""What a source may be called; the name becomes part of a socket's path."""

_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107
_PREFIX = "cuecard-"
_KEPT = "kept"
_DOOR_TIMEOUT_S = 1.0

T = TypeVar("T", bound=msgspec.Struct)


_LARGEST_RUN_FILE_BYTES = 1 << 20


class RunFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `run.json` holds."""

    token: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    settings: dict[str, dict[str, Any]]


def run_file_in(body: bytes) -> RunFile:
    """Return what is in the bytes of a `run.json`.

    Raises:
        ValueError: They are none.
    """
    if len(body) > _LARGEST_RUN_FILE_BYTES:
        raise ValueError("run.json is too large")
    try:
        return msgspec.json.decode(body, type=RunFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"run.json is none of ours: {type(error).__name__}") from error


def _read_own(path: Path) -> bytes:
    """Return what is in a file of this user's that nobody else can read, in a directory like that.

    Raises:
        OSError: It is not there, or not this user's alone.
    """
    if sys.platform == "win32":
        return path.read_bytes()
    directory = os.open(path.parent, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        _check_own(directory)
        file = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
        with os.fdopen(file, "rb") as handle:
            _check_own(file)
            return handle.read(_LARGEST_RUN_FILE_BYTES + 1)
    finally:
        os.close(directory)


def _check_own(descriptor: int) -> None:
    status = os.fstat(descriptor)
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PermissionError(0, "it is not this user's alone")


@dataclass(frozen=True)
class Run:
    """The place where the processes of one session meet."""

    directory: Path
    token: bytes
    """Shown by every peer with every message; whoever cannot is refused."""
    tables: Mapping[str, Mapping[str, Any]]
    """The settings, one table a stage, as plain values."""
    connector_secret: str = field(default="", repr=False)
    """Authenticates the llm to the connector. It is not in `run.json`: only these two processes get it, in
    their environment. A stage that was started by hand uses the run's token instead."""

    @property
    def hub_address(self) -> str:
        """Where the hub listens, in ZeroMQ's words."""
        return f"ipc://{self.directory / 'hub'}"

    @property
    def keeper_address(self) -> Path:
        """Where the log of this run can be had when the session was killed."""
        return self.directory / _KEPT

    @property
    def connector_address(self) -> Path:
        """Where connections to the internet can be had."""
        return self.directory / "dial"

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
        remove_stale_runs(base)
        token = secrets.token_hex(16)
        tables = {name: msgspec.to_builtins(table) for name, table in settings.items()}
        directory: Path | None = None
        try:
            directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))
            if len(str(directory)) + len("/ring-") + 16 > _LONGEST_SOCKET_PATH:
                raise OSError(0, "its path is too long for a socket")
            file = directory / "run.json"
            file.touch(0o600, exist_ok=False)
            file.write_bytes(msgspec.json.encode(RunFile(token, tables)))
        except OSError as error:
            if directory is not None:
                shutil.rmtree(directory, ignore_errors=True)
            raise MachineFailure(
                f"no run directory can be made in {base} ({error.strerror or error})",
                kept="nothing was started",
                fix="set XDG_RUNTIME_DIR to a directory of yours that is short, writable and not full",
            ) from error
        return cls(directory, token.encode(), tables, secrets.token_hex(16))

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
                fix="start a session with `cuecard run`, or name the directory of a running one",
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
        running_sessions = [found for found in _runs(_base_directory()) if psutil.pid_exists(found.owner)]
        if not running_sessions:
            raise MachineFailure("no session is going on", fix="start one with `cuecard run`")
        return cls._read(max(running_sessions, key=lambda found: found.made_s).directory)

    @classmethod
    def _read(cls, directory: Path) -> Run:
        try:
            file = run_file_in(_read_own(directory / "run.json"))
        except (OSError, ValueError) as error:
            raise MachineFailure(
                f"{directory} is no run's directory of this user ({error})",
                fix="start a session with `cuecard run`",
            ) from error
        secret = os.environ.get(CONNECTOR_VARIABLE) or file.token
        return cls(directory, file.token.encode(), file.settings, secret)

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


def remove_stale_runs(base: Path) -> list[Path]:
    """Remove what crashed runs left in `base`, and return what was removed."""
    removed = []
    for found in _runs(base):
        if not psutil.pid_exists(found.owner) and not _is_kept(found.directory):
            with contextlib.suppress(OSError):
                shutil.rmtree(found.directory)
                removed.append(found.directory)
    return removed


def running_sessions() -> list[Path]:
    """Return the directories of this user's runs that are going on, or can still be taken up again."""
    found = _runs(_base_directory())
    return [each.directory for each in found if psutil.pid_exists(each.owner) or _is_kept(each.directory)]


def stale_runs() -> list[Path]:
    """Return the directories that this user's runs left when they crashed."""
    held = running_sessions()
    return [found.directory for found in _runs(_base_directory()) if found.directory not in held]


@dataclass(frozen=True)
class _Found:
    """A directory that looks like a run of this user."""

    directory: Path
    owner: int
    """The process that made it."""
    made_s: float


def kept_sessions() -> list[Path]:
    """Return the sockets at which this user's killed sessions are kept, the newest first."""
    runs = sorted(_runs(_base_directory()), key=lambda found: found.made_s, reverse=True)
    gone = [found.directory for found in runs if not psutil.pid_exists(found.owner)]
    return [directory / _KEPT for directory in gone if _is_kept(directory)]


def _is_kept(directory: Path) -> bool:
    """Tell whether the log of a killed session can still be had there."""
    if sys.platform == "win32":
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_DOOR_TIMEOUT_S)
        try:
            line.connect(str(directory / _KEPT))
        except (TimeoutError, BlockingIOError):
            return True  # a keeper too busy to answer is one all the same
        except OSError:
            return False
    return True


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
