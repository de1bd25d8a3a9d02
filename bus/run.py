"""The private run directory that the processes of one session share.

The directory is 0700 and holds `run.json` with the settings of every stage, `key` with the key of the run
(both 0600), and a folder for the socket of each stage that has one, in which no other sandboxed stage can
create or rename anything. It never holds audio, transcripts or API keys. A stage finds it by the environment
variable CUECARD_RUN, so a stage can be started manually beside a running session.
"""

from __future__ import annotations

import contextlib
import hmac
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
from typing import Any, TypeVar

import msgspec
import psutil

from bus.failures import MachineFailure, SettingsFailure

RUN_VARIABLE = "CUECARD_RUN"
"""Environment variable with the run's directory."""

TOKENS_VARIABLE = "CUECARD_TOKENS"
"""Environment variable with the tokens of a stage that the supervisor started, separated by commas."""

SOURCE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,15}")
"""Valid source names; the name becomes part of a socket's path."""

_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107
_PREFIX = "cuecard-"
_KEEPER = "keeper"
_RUN_FILE, _KEY_FILE = "run.json", "key"
_KEEPER_TIMEOUT_S = 1.0

T = TypeVar("T", bound=msgspec.Struct)


_LARGEST_RUN_FILE_BYTES = 1 << 20


class RunFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Content of `run.json`."""

    settings: dict[str, dict[str, Any]]


def run_file_in(body: bytes) -> RunFile:
    """Decode the bytes of a `run.json`.

    Raises:
        ValueError: They are not a valid run file.
    """
    if len(body) > _LARGEST_RUN_FILE_BYTES:
        raise ValueError("run.json is too large")
    try:
        return msgspec.json.decode(body, type=RunFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"run.json is damaged: {type(error).__name__}") from error


def _read_private(path: Path) -> bytes:
    """Read a file that only this user can read, in a directory that only this user can read.

    Raises:
        OSError: It does not exist, or others have access.
    """
    if sys.platform == "win32":
        return path.read_bytes()
    directory = os.open(path.parent, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        _check_private(directory)
        file = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
        with os.fdopen(file, "rb") as handle:
            _check_private(file)
            return handle.read(_LARGEST_RUN_FILE_BYTES + 1)
    finally:
        os.close(directory)


def _check_private(descriptor: int) -> None:
    status = os.fstat(descriptor)
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PermissionError(0, "other users have access to it")


@dataclass(frozen=True)
class Run:
    """The shared directory, token and settings of one session."""

    directory: Path
    tables: Mapping[str, Mapping[str, Any]]
    """The settings, one table per stage, as plain values."""
    key: bytes = field(default=b"", repr=False)
    """Every token is computed from it. Empty in a stage that the supervisor started: it gets only its own
    tokens, in its environment, and its sandbox does not let it read the file."""
    tokens: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Tokens of this process by name, where it has no key."""

    def token(self, name: str) -> bytes:
        """Return the token that proves this name to the hub, or a secret that two stages share.

        It is the name and a code that only the run's key gives; empty where this process may not have it.
        """
        if not self.key:
            return self.tokens.get(name, b"")
        return f"{name}={hmac.digest(self.key, name.encode(), 'sha256').hex()}".encode()

    @property
    def hub_address(self) -> str:
        """ZeroMQ address of the hub."""
        return f"ipc://{self.directory / 'hub' / 'hub'}"

    @property
    def keeper_address(self) -> Path:
        """Socket of the process that retains the log of a killed session."""
        return self.directory / _KEEPER / _KEEPER

    def ring_address(self, source: str) -> Path:
        """Socket that serves the ring of a source."""
        return socket_folder(self.directory, f"capture:{source}") / "ring"

    @classmethod
    def create(cls, settings: Mapping[str, msgspec.Struct]) -> Run:
        """Create the directory of a new run and its `run.json`.

        Raises:
            MachineFailure: The directory cannot be created or written to.
        """
        base = _base_directory()
        remove_stale_runs(base)
        key = secrets.token_hex(32).encode()
        tables = {name: msgspec.to_builtins(table) for name, table in settings.items()}
        directory: Path | None = None
        try:
            directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))
            if len(str(directory)) + len("/ring-/ring") + 16 > _LONGEST_SOCKET_PATH:
                raise OSError(0, "its path is too long for a socket")
            for name, content in ((_RUN_FILE, msgspec.json.encode(RunFile(tables))), (_KEY_FILE, key)):
                file = directory / name
                file.touch(0o600, exist_ok=False)
                file.write_bytes(content)
        except OSError as error:
            if directory is not None:
                shutil.rmtree(directory, ignore_errors=True)
            raise MachineFailure(
                f"the run directory cannot be created in {base} ({error.strerror or error})",
                kept="nothing was started",
                fix="set XDG_RUNTIME_DIR to a directory that you own, with a short path and free space",
            ) from error
        return cls(directory, tables, key)

    @classmethod
    def open(cls) -> Run:
        """Return the run that the environment names.

        Raises:
            MachineFailure: There is none, or it does not belong to this user.
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
        """Return the run that the environment names, or else this user's newest running one.

        Raises:
            MachineFailure: There is none.
        """
        if RUN_VARIABLE in os.environ:
            return cls.open()
        live = live_sessions()
        if not live:
            raise MachineFailure("no session is running", fix="start one with `cuecard run`")
        return cls._read(live[0])

    @classmethod
    def _read(cls, directory: Path) -> Run:
        tokens = os.environ.get(TOKENS_VARIABLE, "")
        try:
            file = run_file_in(_read_private(directory / _RUN_FILE))
            key = b"" if tokens else _read_private(directory / _KEY_FILE)
        except (OSError, ValueError) as error:
            raise MachineFailure(
                f"{directory} is not a run directory of this user ({error})",
                fix="start a session with `cuecard run`",
            ) from error
        by_name = {token.partition("=")[0]: token.encode() for token in tokens.split(",")}
        return cls(directory, file.settings, key, by_name)

    def settings(self, table: str, kind: type[T]) -> T:
        """Decode a stage's table of the settings.

        Raises:
            SettingsFailure: The table does not match `kind`.
        """
        try:
            return msgspec.convert(self.tables.get(table, {}), kind)
        except msgspec.ValidationError as error:
            raise SettingsFailure(f"invalid settings in [{table}]: {error}") from error

    def remove(self) -> None:
        """Remove the directory and everything in it."""
        shutil.rmtree(self.directory, ignore_errors=True)


def socket_folder(directory: Path, stage: str) -> Path:
    """Return the folder in a run's directory in which a stage creates its socket."""
    kind, _, source = stage.partition(":")
    return directory / (f"ring-{source}" if source else kind)


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
    runs = sorted(_runs(_base_directory()), key=lambda found: found.created_s, reverse=True)
    return [found.directory for found in runs if psutil.pid_exists(found.owner)]


def running_sessions() -> list[Path]:
    """Return the directories of this user's runs that are running or can still be resumed."""
    found = _runs(_base_directory())
    return [each.directory for each in found if psutil.pid_exists(each.owner) or _has_keeper(each.directory)]


def stale_runs() -> list[Path]:
    """Return the directories that this user's runs left when they crashed."""
    held = running_sessions()
    return [found.directory for found in _runs(_base_directory()) if found.directory not in held]


@dataclass(frozen=True)
class _RunDirectory:
    """A directory that looks like a run of this user."""

    directory: Path
    owner: int
    """ID of the process that created it."""
    created_s: float


def kept_sessions() -> list[Path]:
    """Return the keeper sockets of this user's killed sessions, the newest first."""
    runs = sorted(_runs(_base_directory()), key=lambda found: found.created_s, reverse=True)
    killed = [found.directory for found in runs if not psutil.pid_exists(found.owner)]
    return [directory / _KEEPER / _KEEPER for directory in killed if _has_keeper(directory)]


def _has_keeper(directory: Path) -> bool:
    """Tell whether a keeper still retains the log of a killed session there."""
    if sys.platform == "win32":
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_KEEPER_TIMEOUT_S)
        try:
            connection.connect(str(directory / _KEEPER / _KEEPER))
        except (TimeoutError, BlockingIOError):
            return True  # a busy keeper counts as well
        except OSError:
            return False
    return True


def _runs(base: Path) -> list[_RunDirectory]:
    found = []
    for directory in base.glob(f"{_PREFIX}*-*"):
        with contextlib.suppress(ValueError, OSError):
            status = directory.lstat()
            owner = int(directory.name[len(_PREFIX) :].partition("-")[0])
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
                found.append(_RunDirectory(directory, owner, status.st_mtime))
    return found


def _base_directory() -> Path:
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
