"""Whether the computer has slept, told from two clocks: one stands still meanwhile, the other does not.

The sample clock is the one that stands still, so a sleep moves nothing; but nothing was heard either, and
that must be said. Only Linux has both clocks.
"""

from __future__ import annotations

import sys
import time

_LEAST_S = 1.0


def asleep_s() -> float:
    """Return how long the computer has slept since it was started; 0 where that cannot be known."""
    if sys.platform != "linux":
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


class Sleep:
    """Notices that the computer has slept.

    Args:
        asleep_s: How long it has slept so far.
    """

    def __init__(self, asleep_s: float) -> None:
        self._known_s = asleep_s

    def since_last(self, asleep_s: float) -> float:
        """Return how long it has slept since this was asked last; under a second counts as nothing."""
        slept_s = asleep_s - self._known_s
        if slept_s < _LEAST_S:
            return 0.0
        self._known_s = asleep_s
        return slept_s
