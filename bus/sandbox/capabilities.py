"""Drops Linux capabilities, which a session started by root would otherwise keep."""

from __future__ import annotations

import ctypes
import struct
from pathlib import Path

_PR_CAPBSET_DROP = 24
_VERSION = 0x2008_0522  # _LINUX_CAPABILITY_VERSION_3
_THIS_THREAD = 0
_STATUS = Path("/proc/self/status")
_SETS = ("CapInh", "CapPrm", "CapEff", "CapAmb")


def drop() -> None:
    """Drop every capability of this thread, for good and for its later threads and children."""
    libc = ctypes.CDLL(None)
    number = 0
    while libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) == 0:  # fails at once without the capability for it
        number += 1
    libc.capset(struct.pack("=Ii", _VERSION, _THIS_THREAD), struct.pack("=6I", 0, 0, 0, 0, 0, 0))


def held() -> bool:
    """Tell whether the first thread of this process has any capability."""
    lines = (line.partition(":") for line in _STATUS.read_text().splitlines())
    return any(int(value, 16) for name, _, value in lines if name in _SETS)
