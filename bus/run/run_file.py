"""Content of `run.json`, and how private files of a run are read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import msgspec

_LARGEST_BYTES = 1 << 20


class RunFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Content of `run.json`."""

    settings: dict[str, dict[str, Any]]


def run_file_in(body: bytes) -> RunFile:
    """Decode the bytes of a `run.json`.

    Raises:
        ValueError: They are not a valid run file.
    """
    if len(body) > _LARGEST_BYTES:
        raise ValueError("run.json is too large")
    try:
        return msgspec.json.decode(body, type=RunFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"run.json is damaged: {type(error).__name__}") from error


def read_private(path: Path) -> bytes:
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
            return handle.read(_LARGEST_BYTES + 1)
    finally:
        os.close(directory)


def _check_private(descriptor: int) -> None:
    status = os.fstat(descriptor)
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PermissionError(0, "other users have access to it")
