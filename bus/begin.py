"""How a supervised stage begins: `python -m bus.begin MODULE ARGUMENTS`.

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

SUPERVISOR_VARIABLE = "CUECARD_SUPERVISOR_PID"
"""Whose death ends the process; not set when a stage is started by hand."""

BEGIN = "bus.begin"
"""What `python -m` runs, before the stage's own module."""

_PR_SET_PDEATHSIG = 1
_ORPHANED = 1


def main() -> None:
    """Become the stage that the arguments name."""
    die_with_supervisor()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


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
