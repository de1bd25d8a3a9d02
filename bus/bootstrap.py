"""How a supervised stage begins: `python -m bus.bootstrap MODULE ARGUMENTS`.

Before it loads anything, its life is bound to the supervisor's: loading takes long on a busy machine, and a
supervisor that is killed meanwhile leaves no orphan. Imports nothing that takes time.
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
"""Whose death ends the process; not set when a stage is started by hand."""

BEGIN = "bus.bootstrap"
"""What `python -m` runs, before the stage's own module."""

_PR_SET_PDEATHSIG = 1
_ORPHANED = 1


def main() -> None:
    """Become the stage that the arguments name."""
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

    The stage has closed what is its own. Destructors of C++ libraries take time then and gain nothing, and
    one that meets a thread of its library still running ends the process with "terminate called".
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # its reader is gone
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def die_with_supervisor() -> None:
    """Have the kernel end this process with its supervisor (Linux); end it now if that is dead already."""
    supervisor = os.environ.get(SUPERVISOR_VARIABLE)
    if not supervisor or sys.platform != "linux":
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(supervisor):  # it died before the line above
        raise SystemExit(_ORPHANED)


if __name__ == "__main__":
    main()
