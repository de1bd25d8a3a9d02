"""Standard output whose failures end the command in one line, as any other failure."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bus.failures import MachineFailure

_STDOUT = 1


class _Output(io.RawIOBase):
    """The file descriptor of standard output."""

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def fileno(self) -> int:
        """Return its number."""
        return _STDOUT

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return os.isatty(_STDOUT)

    def write(self, data: object) -> int:
        """Write bytes.

        Raises:
            MachineFailure: The disk is full, or the reader has ended; later bytes are dropped.
        """
        try:
            return os.write(_STDOUT, data)  # type: ignore[arg-type]
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDOUT)
            os.close(nowhere)
            raise MachineFailure(
                f"standard output cannot be written ({error.strerror})",
                kept="everything else",
                fix="free space there, or read all of the output",
            ) from error


@contextmanager
def checked_output() -> Iterator[None]:
    """Make a failing standard output a failure, also when it is flushed at the end."""
    before = sys.stdout
    if before is None:  # closed; the number must not go to another file
        if sys.platform == "win32":  # a program without a console
            yield
            return
        os.dup2(os.open(os.devnull, os.O_RDONLY), _STDOUT)
    encoding, errors = (before.encoding, before.errors) if before else ("utf-8", "backslashreplace")
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Output()), encoding=encoding, errors=errors, line_buffering=os.isatty(_STDOUT)
    )
    try:
        yield
    finally:
        sys.stdout.flush()
