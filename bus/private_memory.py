"""Keeps this process's memory to itself: what it hears, reads and holds is nobody else's.

A crash leaves no copy of the memory on the disk, and (Linux) other programs of the same user can neither
attach to the process nor read its memory and environment. Root can do both, as ever.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys

_PR_SET_DUMPABLE = 4
_NO_DUMP_BYTES = 1 if sys.platform == "linux" else 0
"""Linux pipes a dump to a program whatever the limit is, unless that is 1; no dump is so short."""


def forbid_memory_access() -> None:
    """Have the system keep no copy of this process, and show it to nobody."""
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (_NO_DUMP_BYTES, _NO_DUMP_BYTES))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
