"""Suspend detector: compares a clock that stands still during suspend with one that does not.

The sample clock stands still, so a suspend moves no audio, but the time without audio must be reported. Only
Linux has both clocks.
"""

from __future__ import annotations

import sys
import time

_LEAST_S = 1.0


def suspended_s() -> float:
    """Return how long the computer has been suspended since it was started; 0 where that is unknown."""
    if sys.platform != "linux":
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


class SuspendDetector:
    """Detects suspends of the computer.

    Args:
        suspended_s: Time suspended so far.
    """

    def __init__(self, suspended_s: float) -> None:
        self._known_s = suspended_s

    def since_last(self, suspended_s: float) -> float:
        """Return the time suspended since the last call; under a second counts as nothing."""
        slept_s = suspended_s - self._known_s
        if slept_s < _LEAST_S:
            return 0.0
        self._known_s = suspended_s
        return slept_s
