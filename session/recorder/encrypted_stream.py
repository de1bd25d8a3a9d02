"""Encrypts a stream with age while it is written: no readable audio reaches the disk."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

import pyrage

from bus.failures import MachineFailure

_QUEUED = 64
_SLOW_DISK_S = 2.0
_CLOSING_S = 3.0


class EncryptedStream:
    """A stream that is encrypted to a public key, in blocks of 64 KiB; a truncated one can be read.

    Args:
        file: Where to write, unbuffered.
        recipient: The public key, "age1…".
    """

    def __init__(self, file: BinaryIO, recipient: str) -> None:
        self._pieces: queue.Queue[bytes] = queue.Queue(_QUEUED)
        self._rest = b""
        self._file = file
        self._error = ""
        to = pyrage.x25519.Recipient.from_str(recipient)
        self._thread = threading.Thread(target=self._encrypt, args=(to,), name="encryption", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Encrypt and write data.

        Raises:
            MachineFailure: The disk is full, or blocks for 2 s.
        """
        try:
            if data and not self._error:
                self._pieces.put(data, timeout=_SLOW_DISK_S)
        except queue.Full:
            self._error = self._error or "the disk is too slow"
        self._check()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes to encrypt; none at the end. pyrage calls it."""
        if not self._rest:
            self._rest = self._pieces.get()
        size = size if size >= 0 else len(self._rest)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def _encrypt(self, recipient: pyrage.x25519.Recipient) -> None:
        try:
            pyrage.encrypt_io(self, _Output(self._write_encrypted), [recipient])
        except Exception as error:  # pyrage's own, or the system's
            self._error = self._error or str(error) or type(error).__name__

    def _write_encrypted(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:  # pyrage drops the error of its last block
            self._error = error.strerror or str(error)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(queue.Full):  # the disk is stuck; what it has can be read
            self._pieces.put(b"", timeout=_SLOW_DISK_S)
        self._thread.join(timeout=_CLOSING_S)
        if error is None:
            self._check()

    def _check(self) -> None:
        if self._error:
            raise MachineFailure(
                f"the recording cannot be written ({self._error})",
                kept="what was recorded so far, and the session without its recording",
                fix="free space, and start the next session with --record",
            )


@dataclass(frozen=True)
class _Output:
    """The file that pyrage writes to."""

    write: Callable[[bytes], int]
    """Writes bytes, and returns how many."""

    def flush(self) -> None:
        """Do nothing: the file has no buffer."""
