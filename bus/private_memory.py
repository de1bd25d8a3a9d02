"""Protects the memory of this process from dumps and from other programs.

A crash leaves no core dump, and (Linux) other programs of the same user can neither attach to the process nor
read its memory and environment. Root still can.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys

_PR_SET_DUMPABLE = 4
_NO_DUMP_BYTES = 1 if sys.platform == "linux" else 0
"""With any limit but 1, Linux still pipes dumps to a handler program; no dump fits into 1 byte."""


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
