"""How many frames a device lost, told from when those came that did come. Pure.

A piece's delay is its arrival against the frames before it. Delays jitter, a stalled program gets what
was held for it in a burst, and a device's clock runs a little faster or slower than ours. So the least
delay seen of late is taken for the truth, and may drift slowly; only what stays above it after things have
settled was lost. That is told up to a second after it happened, and then the clock is right again.
"""

from __future__ import annotations

_DRIFT = 500e-6
_SETTLED_S = 0.3
_REPORTED_JUMP_S = 0.005
"""The least loss that is believed when the driver reports an overflow."""
_SILENT_JUMP_S = 0.25
"""The least loss that is believed when it does not."""
_SILENT_SETTLED_S = 1.0


class DeviceClock:
    """Follows one opening of one device.

    Args:
        rate_hz: The device's rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._frames = 0
        self.delay_s = 0.0
        """Of the newest piece: its arrival, less the time that all frames up to its end make."""
        self._least_delay_s: float | None = None
        self._reported = False
        self._jump_s = 0.0  # the least jump since it began
        self._jumped_at_s: float | None = None

    def lost(self, arrived_s: float, frames: int, *, overflowed: bool, dropped_frames: int) -> int:
        """Return how many frames are missing up to a piece.

        Args:
            arrived_s: Monotonic time at which the piece came.
            frames: Its length.
            overflowed: Whether the driver reports a loss before it.
            dropped_frames: Frames before it that we ourselves had no room for.
        """
        self._frames += dropped_frames + frames
        delay_s = arrived_s - self._frames / self._rate_hz
        if self._least_delay_s is None:
            self._least_delay_s = delay_s
        self._reported |= overflowed
        lost = self._judge(delay_s - self._least_delay_s, arrived_s)
        self._frames += lost
        self.delay_s = delay_s - lost / self._rate_hz
        drifted_s = self._least_delay_s + _DRIFT * frames / self._rate_hz
        self._least_delay_s = min(drifted_s, self.delay_s)
        return dropped_frames + lost

    def _judge(self, jump_s: float, arrived_s: float) -> int:
        """Return how many frames a jump says are lost, once it has settled."""
        if jump_s <= (_REPORTED_JUMP_S if self._reported else _SILENT_JUMP_S):
            if self._jumped_at_s is not None:  # a stall that was caught up with
                self._reported, self._jumped_at_s = False, None
            return 0
        if self._jumped_at_s is None:
            self._jumped_at_s, self._jump_s = arrived_s, jump_s
        self._jump_s = min(self._jump_s, jump_s)
        if arrived_s - self._jumped_at_s < (_SETTLED_S if self._reported else _SILENT_SETTLED_S):
            return 0
        self._reported, self._jumped_at_s = False, None
        return round(self._jump_s * self._rate_hz)
