"""Process lifecycle: signals, exit codes, crash output without user text.

SIGTERM stops a process; SIGINT is for the supervisor and ignored by stages. When the supervisor dies, the
kernel kills the process (Linux). A failure ends it with the failure's exit code and, unless it was published
already, one line on standard error; never with a traceback, because a traceback may quote a transcript.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import sys
import threading
import traceback
from types import FrameType, TracebackType
from typing import Self

from bus.failures import Failure
from bus.process.bootstrap import SUPERVISOR_VARIABLE, die_with_supervisor
from bus.process.private_memory import forbid_memory_access

DEBUG_VARIABLE = "CUECARD_DEBUG"
"""When set, an unexpected error prints its traceback, which may quote a transcript."""

UNEXPECTED = 1
"""Exit code of an unexpected error."""

_INTERRUPTED = 130  # as shells report Ctrl-C
_PR_SET_NAME = 15


class Process:
    """This process under its supervisor. Enter it on the main thread.

    Args:
        name: "vad:mic"; shown by `ps` and in messages.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.reported = False
        """Whether the failure was published, so that the supervisor shows it."""
        self._stopping = threading.Event()

    def stopping(self) -> bool:
        """Tell whether this process was asked to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Ask this process to stop."""
        self._stopping.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until asked to stop, at most `timeout_s`; return whether that happened."""
        return self._stopping.wait(timeout_s)

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        forbid_memory_access()
        report_crash(self.name)
        die_with_supervisor()
        self._show_name()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, SystemExit):
            return
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exception(error)
        code, message = UNEXPECTED, unexpected(error)
        if isinstance(error, Failure):
            code, message = error.exit_code, str(error)
        if not (self.reported and os.environ.get(SUPERVISOR_VARIABLE)):
            print(f"cuecard {self.name}: {message}", file=sys.stderr, flush=True)
        raise SystemExit(code) from error

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _show_name(self) -> None:
        if sys.platform == "linux":
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).prctl(_PR_SET_NAME, f"cue-{self.name}"[:15].encode())


def report_crash(name: str) -> None:
    """Print every uncaught error by its type and place only, in threads and callbacks too.

    By default Python prints what the error quotes, libraries log it, and Qt aborts the process with a core
    dump.
    """
    if os.environ.get(DEBUG_VARIABLE):
        return

    def show(error: BaseException | None) -> None:
        message = "an ignored error" if error is None else unexpected(error)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # standard error may be closed
            print(f"cuecard {name}: {message}", file=sys.stderr, flush=True)

    def end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            os._exit(_INTERRUPTED)
        show(error)
        os._exit(UNEXPECTED)

    sys.excepthook = end
    sys.unraisablehook = lambda unraisable: show(unraisable.exc_value)
    threading.excepthook = lambda uncaught: show(uncaught.exc_value)
    logging.getLogger().addHandler(logging.NullHandler())  # keeps library logs off standard error


def unexpected(error: BaseException) -> str:
    """Describe an unexpected error by its type and place, without the text it may quote."""
    frame = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {frame[0].filename.rpartition('/')[2]}:{frame[0].lineno}" if frame else ""
    return f"unexpected {type(error).__name__}{place} (set {DEBUG_VARIABLE}=1 for the traceback)"
