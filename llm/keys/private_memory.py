"""Keeps this process's memory to itself: for processes that hold a key.

A crash leaves no copy of the memory on the disk, and (Linux) other programs of the same user can neither
attach to the process nor read its memory and environment. Root can do both, as ever.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys

_PR_SET_DUMPABLE = 4


def keep_private() -> None:
    """Have the system keep no copy of this process, and show it to nobody."""
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
