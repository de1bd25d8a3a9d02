"""Measures the pace of the cores before a run, to recognize a disturbed machine."""

from __future__ import annotations

import hashlib
import os
import statistics
import time
from collections.abc import Sequence

LARGEST_RATIO = 1.25
"""A run does not count if its calibration took this much longer than the median of all."""

_BLOCK = bytes(1 << 20)
_BLOCKS = 64
_REPETITIONS = 3


def calibrate(cores: Sequence[int]) -> float:
    """Return the seconds that a fixed piece of work takes, on the slowest of these cores.

    The best of three counts for each core. The thread may use the same cores afterwards as before.
    """
    if not hasattr(os, "sched_setaffinity"):
        return min(_work() for _ in range(_REPETITIONS))
    before = os.sched_getaffinity(0)
    try:
        return max(_on(core) for core in cores)
    finally:
        os.sched_setaffinity(0, before)


def disturbed(paces_s: Sequence[float]) -> list[bool]:
    """Tell for each run whether its calibration was too slow to count. Pure."""
    usual_s = statistics.median(paces_s) if paces_s else 0.0
    return [pace_s > usual_s * LARGEST_RATIO for pace_s in paces_s]


def _on(core: int) -> float:
    os.sched_setaffinity(0, {core})
    return min(_work() for _ in range(_REPETITIONS))


def _work() -> float:
    started_s = time.perf_counter()
    digest = hashlib.sha256()
    for _ in range(_BLOCKS):
        digest.update(_BLOCK)
    digest.digest()
    return time.perf_counter() - started_s
