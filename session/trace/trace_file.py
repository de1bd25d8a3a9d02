"""Writes the trace of a session to a new file."""

from __future__ import annotations

import importlib.metadata
import os
from pathlib import Path

from bus.failures import MachineFailure, UsageFailure
from bus.messages import Logged
from session.trace.chrome_trace import chrome_trace
from session.trace.spans import SessionSpans


def check(path: Path) -> None:
    """Check, before the session starts, that the trace can be written to a new file.

    Raises:
        UsageFailure: It exists already, or its directory is not writable.
    """
    if path.exists():
        raise UsageFailure(
            f"{path} exists already", kept="it is untouched", fix="give another name, or remove it first"
        )
    if not os.access(path.parent, os.W_OK):
        raise UsageFailure(
            f"the directory {path.parent} does not exist or is not writable",
            kept="nothing was started",
            fix="give a directory that you can write to",
        )


class TraceFile:
    """The trace of one session. The file is created before the sandbox, which lets none be created.

    Args:
        path: Where to write it.

    Raises:
        MachineFailure: It cannot be created.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spans = SessionSpans()
        try:
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except OSError as error:
            raise _failure(path, error) from error

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        self._spans.apply(logged)

    def write(self) -> None:
        """Write what happened so far, and close the file.

        Raises:
            MachineFailure: It cannot be written.
        """
        try:
            with self._file:
                self._file.write(
                    chrome_trace(self._spans.spans(), version=importlib.metadata.version("cuecard"))
                )
        except OSError as error:
            raise _failure(self.path, error) from error


def _failure(path: Path, error: OSError) -> MachineFailure:
    return MachineFailure(
        f"the trace cannot be written to {path} ({error.strerror or error})",
        kept="the session itself",
        fix="choose another directory",
    )
