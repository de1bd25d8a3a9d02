"""Starts a supervised stage: `python -m bus.process.bootstrap MODULE ARGUMENTS`.

Binds the process to the supervisor's life before the slow imports, so that a supervisor that is killed
meanwhile leaves no orphan. Imports nothing slow itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import runpy
import signal
import sys
from typing import NoReturn

SUPERVISOR_VARIABLE = "CUECARD_SUPERVISOR_PID"
"""Process ID whose death ends this process; not set when a stage is started manually."""

BEGIN = "bus.process.bootstrap"
"""Module that `python -m` runs before the stage's own module."""

_PR_SET_PDEATHSIG = 1
_ORPHANED = 1


def main() -> None:
    """Run the module that the arguments name."""
    die_with_supervisor()
    sys.argv = sys.argv[1:]
    code: int | str | None = 0
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code
    _exit(code)


def _exit(code: int | str | None) -> NoReturn:
    """End the process without unloading its libraries.

    The stage has closed its own resources. Destructors of C++ libraries only cost time here, and one that
    runs beside a live thread of its library aborts the process with "terminate called".
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # the reader has closed the pipe
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def die_with_supervisor() -> None:
    """Ask the kernel to kill this process with its supervisor (Linux); exit now if that is dead already."""
    supervisor = os.environ.get(SUPERVISOR_VARIABLE)
    if not supervisor or sys.platform != "linux":
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(supervisor):  # it died before the prctl
        raise SystemExit(_ORPHANED)


if __name__ == "__main__":
    main()
