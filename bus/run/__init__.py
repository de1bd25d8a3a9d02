"""The private run directory that the processes of one session share.

The directory is 0700 and holds `run.json` with the settings of every stage, `key` with the key of the run
(both 0600), and a folder for the socket of each stage that has one, in which no other sandboxed stage can
create or rename anything. It never holds audio, transcripts or API keys. A stage finds it by the environment
variable CUECARD_RUN, so a stage can be started manually beside a running session.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bus.failures import MachineFailure, SettingsFailure
from bus.run.directories import PREFIX, base_directory, keeper_socket, live_sessions, remove_stale_runs
from bus.run.run_file import RunFile, read_private, run_file_in

RUN_VARIABLE = "CUECARD_RUN"
"""Environment variable with the run's directory."""

TOKENS_VARIABLE = "CUECARD_TOKENS"
"""Environment variable with the tokens of a stage that the supervisor started, separated by commas."""

SOURCE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,15}")
"""Valid source names; the name becomes part of a socket's path."""

_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107
_RUN_FILE, _KEY_FILE = "run.json", "key"

T = TypeVar("T", bound=msgspec.Struct)


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
        return keeper_socket(self.directory)

    def ring_address(self, source: str) -> Path:
        """Socket that serves the ring of a source."""
        return socket_folder(self.directory, f"capture:{source}") / "ring"

    @classmethod
    def create(cls, settings: Mapping[str, msgspec.Struct]) -> Run:
        """Create the directory of a new run and its `run.json`.

        Raises:
            MachineFailure: The directory cannot be created or written to.
        """
        base = base_directory()
        remove_stale_runs(base)
        key = secrets.token_hex(32).encode()
        tables = {name: msgspec.to_builtins(table) for name, table in settings.items()}
        directory: Path | None = None
        try:
            directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))
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
            file = run_file_in(read_private(directory / _RUN_FILE))
            key = b"" if tokens else read_private(directory / _KEY_FILE)
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
