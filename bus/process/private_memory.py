"""Protects the memory of this process from dumps and other programs, and overwrites freed memory.

A crash leaves no core dump, and (Linux) other programs of the same user can neither attach to the process nor
read its memory and environment. Root still can.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

_PR_SET_DUMPABLE = 4
_NO_DUMP_BYTES = 1 if sys.platform == "linux" else 0
"""With any limit but 1, Linux still pipes dumps to a handler program; no dump fits into 1 byte."""

WIPING = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.perturb=170:glibc.malloc.tcache_count=0",
}
"""Environment with which Python and its libraries overwrite memory when they free it (Linux with glibc)."""


def wipe_freed_memory() -> None:
    """Start this program again so that it overwrites memory when it frees it, unless it does so already."""
    if sys.platform != "linux" or WIPING.items() <= os.environ.items():
        return
    with contextlib.suppress(OSError):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **WIPING})


def forbid_memory_access() -> None:
    """Disable core dumps and access by other processes of the same user."""
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (_NO_DUMP_BYTES, _NO_DUMP_BYTES))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
