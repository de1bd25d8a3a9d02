"""Writes a new file that only the user can read, and replaces none.

It needs no right to read, change or remove files. Its space is reserved first: if that fails, an empty file
is left.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from session.encryption import SUFFIX

_MOST_NAMES = 100


def write_new(path: Path, body: bytes) -> Path:
    """Write a file and return its path, the next free name like it if that exists.

    Raises:
        OSError: It cannot be written.
    """
    return first_free(path, lambda name: _create(name, body))


def first_free(path: Path, claim: Callable[[Path], None]) -> Path:
    """Claim the path, or the first free name like it ("talk-2.md"), and return it.

    Args:
        path: The wanted path.
        claim: Raises FileExistsError for a name that exists.
    """
    names = (_numbered(path, number) for number in range(2, _MOST_NAMES))
    for name in (path, *names):
        with contextlib.suppress(FileExistsError):
            claim(name)
            return name
    raise FileExistsError(errno.EEXIST, "every name like it exists")


def _numbered(path: Path, number: int) -> Path:
    """Return "talk-2.md" for "talk.md", and "talk-2.md.age" for "talk.md.age"."""
    inner = Path(path.stem).suffix if path.suffix == SUFFIX else ""
    ending = f"{inner if inner[1:].isalpha() else ''}{path.suffix}"
    return path.with_name(f"{path.name.removesuffix(ending)}-{number}{ending}")


def _create(name: Path, body: bytes) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if hasattr(os, "posix_fallocate") and body:
            os.posix_fallocate(descriptor, 0, len(body))
        file.write(body)
        file.flush()
        os.fsync(descriptor)
