"""Saves a session to a new file that only the user can read.

The space is reserved from the start of the session, in a hidden file beside it, so that a disk that fills up
meanwhile does not prevent saving. An existing file is never replaced, also not one that appeared meanwhile.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from bus.failures import MachineFailure, UsageFailure
from session.transcript.formats.table import FORMATS, file_body, format_of
from session.transcript.new_file import first_free
from session.transcript.saved_session import SavedSession

_PART = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d{1,9})-\w+\.part")
FinalPath = Callable[[Path, SavedSession], Path]

_STEP_BYTES = 4 << 20
"""Space is reserved in such steps: the first one is enough for hours, so that a disk that stalls later delays
nothing."""
_SPARE_BYTES = _STEP_BYTES // 4
_WITHOUT_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""Errors of file systems without hard links, such as exFAT."""


def check(path: Path) -> None:
    """Check, before the session starts, that it can be saved to `path`.

    Raises:
        UsageFailure: Its suffix is no known format, it exists already, or its directory is not writable.
    """
    if not format_of(path):
        raise UsageFailure(
            f"{path} has no known format",
            kept="nothing was started",
            fix=f"end the name in {', '.join(FORMATS)}; and then .age to encrypt it",
        )
    if path.exists():
        raise UsageFailure(
            f"{path} exists already", kept="it is untouched", fix="give another name, or remove it first"
        )
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise UsageFailure(
            f"the directory {path.parent} does not exist or is not writable",
            kept="nothing was started",
            fix="give a directory that you can write to",
        )


class SaveFile:
    """The reserved space of a session that will be saved.

    Args:
        path: Where to save it.
        passphrase: Encrypts it, if its name ends in .age.
        final_path: Returns its path, in the same folder, once the session is known.

    Raises:
        MachineFailure: There is no space for it.
    """

    def __init__(self, path: Path, passphrase: str = "", final_path: FinalPath | None = None) -> None:
        self._final_path = final_path
        self._path, self._passphrase = path, passphrase
        self._reserved_bytes = 0
        self.attempted = False
        """Whether `write` was called."""
        remove_left_behind(path.parent, path.name)
        try:
            # A random new name with mode 0600: in a shared directory no one can have prepared a link there.
            descriptor, name = tempfile.mkstemp(".part", f".{path.name}.{os.getpid()}-", path.parent)
        except OSError as error:
            raise _failure(path, error) from error
        self._part, self._file = Path(name), os.fdopen(descriptor, "wb")
        try:
            self.reserve(0)
        except MachineFailure:
            self.close()
            raise

    def reserve(self, size_bytes: int) -> None:
        """Reserve the space for so many bytes and some more.

        Raises:
            MachineFailure: The disk is full; what was reserved before stays.
        """
        if size_bytes + _SPARE_BYTES <= self._reserved_bytes:
            return
        wanted = ((size_bytes + _SPARE_BYTES) // _STEP_BYTES + 1) * _STEP_BYTES
        try:
            _allocate(self._file.fileno(), self._reserved_bytes, wanted)
        except OSError as error:
            raise _failure(self._path, error) from error
        self._reserved_bytes = wanted

    def write(self, saved: SavedSession) -> Path:
        """Write the session, and return its file: the wanted one, or one beside it if that exists by now.

        Raises:
            MachineFailure: It cannot be written.
        """
        self.attempted = True
        try:
            body = file_body(saved, self._path, self._passphrase)
            with self._file:
                self._file.write(body)
                self._file.truncate()
                self._file.flush()
                os.fsync(self._file.fileno())
            named = self._final_path(self._path, saved) if self._final_path else self._path
            return _publish(self._part, named)
        except OSError as error:
            raise _failure(self._path, error) from error

    def close(self) -> None:
        """Release the reserved space."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def save(saved: SavedSession, path: Path, passphrase: str = "") -> Path:
    """Write a session without a reservation; return its file.

    Raises:
        MachineFailure: It cannot be written.
    """
    with SaveFile(path, passphrase) as file:
        return file.write(saved)


def kept_in_memory(failure: MachineFailure) -> MachineFailure:
    """Return the failure to save a session whose log a keeper holds."""
    return MachineFailure(
        failure.problem,
        kept="the session, in memory for a limited time",
        fix="save it elsewhere with `cuecard resume --end --save FILE`",
    )


def _allocate(descriptor: int, start: int, stop: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, start, stop - start)
    else:
        os.lseek(descriptor, start, os.SEEK_SET)
        os.write(descriptor, bytes(stop - start))
        os.lseek(descriptor, 0, os.SEEK_SET)


def _publish(part: Path, path: Path) -> Path:
    """Give a complete file its name, or the next free one; no existing file is replaced."""
    return first_free(path, lambda name: _name(part, name))


def _name(part: Path, name: Path) -> None:
    try:
        os.link(part, name)
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        name.touch(0o600, exist_ok=False)  # taken first, so that only our own empty file is replaced
        part.replace(name)


def remove_left_behind(folder: Path, name: str = "") -> None:
    """Remove the space that killed sessions had reserved in a folder.

    Args:
        folder: The folder.
        name: The file that it was reserved for; any if empty.
    """
    with contextlib.suppress(OSError):
        for left in folder.iterdir():
            found = _PART.fullmatch(left.name)
            if not found or (name and found["name"] != name) or psutil.pid_exists(int(found["pid"])):
                continue
            if left.lstat().st_uid == os.getuid():
                left.unlink()


def _failure(path: Path, error: OSError) -> MachineFailure:
    return MachineFailure(
        f"the session cannot be saved to {path} ({error.strerror or error})",
        kept="nothing of it on that disk",
        fix="free space on that disk, or choose another directory",
    )
