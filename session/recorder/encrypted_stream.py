"""Encrypts a stream with age while it is written: no readable audio reaches the disk."""

from __future__ import annotations

import queue
import threading
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
        self._error = ""
        to = pyrage.x25519.Recipient.from_str(recipient)
        self._thread = threading.Thread(target=self._encrypt, args=(file, to), name="encryption", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Encrypt and write data.

        Raises:
            MachineFailure: The disk is full, or too slow for seconds.
        """
        try:
            if data and not self._error:
                self._pieces.put(data, timeout=_SLOW_DISK_S)
        except queue.Full:
            self._error = self._error or "the disk is too slow"
        if self._error:
            raise MachineFailure(
                f"the recording cannot be written ({self._error})",
                kept="what was recorded so far, and the session without its recording",
                fix="free space, and start the next session with --record",
            )

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes to encrypt; none at the end. Called by the encrypting thread."""
        if not self._rest:
            self._rest = self._pieces.get()
        size = size if size >= 0 else len(self._rest)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def _encrypt(self, file: BinaryIO, recipient: pyrage.x25519.Recipient) -> None:
        try:
            pyrage.encrypt_io(self, file, [recipient])
        except Exception as error:  # pyrage's own, or the system's
            self._error = str(error) or type(error).__name__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._error:
            self._pieces.put(b"")
        self._thread.join(timeout=_CLOSING_S)
