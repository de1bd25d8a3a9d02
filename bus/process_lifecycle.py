"""The manners of a process of ours: how it is told to stop, and how it ends when things go wrong.

SIGTERM asks it to stop; SIGINT is the terminal's word to the supervisor and is not for the stages. When
the supervisor dies, the kernel ends the process at once (Linux). A failure ends it with the failure's
exit code, and with one line on standard error where nobody else will say it; never with a traceback, because
a traceback may quote what was said.
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

from bus.bootstrap import SUPERVISOR_VARIABLE, die_with_supervisor
from bus.failures import Failure
from bus.private_memory import forbid_memory_access

DEBUG_VARIABLE = "CUECARD_DEBUG"
"""When set, an unexpected error prints its traceback, which may quote what was said."""

UNEXPECTED = 1
"""Exit code of an error nobody thought of."""

_INTERRUPTED = 130  # what a shell makes of Ctrl-C
_PR_SET_NAME = 15


class Process:
    """This process, as the supervisor sees it. To be entered on the main thread.

    Args:
        name: "vad:mic"; shown by `ps` and in messages.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.told = False
        """Whether the supervisor has been told why this process fails, and will say it."""
        self._stopping = threading.Event()

    def stopping(self) -> bool:
        """Tell whether this process was asked to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Ask this process to stop."""
        self._stopping.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until asked to stop, at most so long; tell whether that happened."""
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
        code, words = UNEXPECTED, unexpected(error)
        if isinstance(error, Failure):
            code, words = error.exit_code, str(error)
        if not (self.told and os.environ.get(SUPERVISOR_VARIABLE)):
            print(f"cuecard {self.name}: {words}", file=sys.stderr, flush=True)
        raise SystemExit(code) from error

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _show_name(self) -> None:
        if sys.platform == "linux":
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).prctl(_PR_SET_NAME, f"cue-{self.name}"[:15].encode())


def report_crash(name: str) -> None:
    """Have every error that nobody catches told by its kind and place, in threads and callbacks too.

    Python would print what the error quotes, libraries would log it, and Qt would end the process over it and
    leave a copy of its memory.
    """
    if os.environ.get(DEBUG_VARIABLE):
        return

    def publish(error: BaseException | None) -> None:
        words = "an error in passing" if error is None else unexpected(error)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # nobody may be there to read it
            print(f"cuecard {name}: {words}", file=sys.stderr, flush=True)

    def end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            os._exit(_INTERRUPTED)
        publish(error)
        os._exit(UNEXPECTED)

    sys.excepthook = end
    sys.unraisablehook = lambda left: publish(left.exc_value)
    threading.excepthook = lambda left: publish(left.exc_value)
    logging.getLogger().addHandler(logging.NullHandler())  # or what libraries log ends on standard error


def unexpected(error: BaseException) -> str:
    """Describe an error nobody thought of by its kind and place, without what it may quote."""
    frame = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {frame[0].filename.rpartition('/')[2]}:{frame[0].lineno}" if frame else ""
    return f"unexpected {type(error).__name__}{place} (set {DEBUG_VARIABLE}=1 to see all of it)"
