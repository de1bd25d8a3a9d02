"""How many frames a device lost, told from the times of those that came. Pure.

A device's frames say when they were captured and how many came before, but a little unsteadily, and its
clock runs a little faster or slower than ours. So the least delay seen of late is taken for the truth; it
may drift slowly. A jump above it when the driver reports an overflow is what was lost; so is a jump that
lasts, whether the driver reports it or not.
"""

from __future__ import annotations

_DRIFT = 500e-6
_JUMP_S = 0.25
_JUMP_LASTS_S = 1.0


class DeviceClock:
    """Follows one opening of one device.

    Args:
        rate_hz: The device's rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._frames = 0
        self._least_delay_s: float | None = None
        self._jumped_frames = 0

    def lost_before(self, captured_s: float, frames: int, *, overflowed: bool, dropped_frames: int) -> int:
        """Return how many frames are missing right before a piece.

        Args:
            captured_s: Monotonic time of its first frame.
            frames: Its length.
            overflowed: Whether the driver reports a loss before it.
            dropped_frames: Frames before it that we ourselves had no room for.
        """
        self._frames += dropped_frames
        delay_s = captured_s - self._frames / self._rate_hz
        if self._least_delay_s is None:
            self._least_delay_s = delay_s
        lost = 0
        jump_s = delay_s - self._least_delay_s
        self._jumped_frames = self._jumped_frames + frames if jump_s > _JUMP_S else 0
        if overflowed or self._jumped_frames > _JUMP_LASTS_S * self._rate_hz:
            lost = max(round(jump_s * self._rate_hz), 0)
            delay_s -= lost / self._rate_hz
            self._jumped_frames = 0
        self._frames += lost + frames
        self._least_delay_s = min(self._least_delay_s + _DRIFT * frames / self._rate_hz, delay_s)
        return dropped_frames + lost
