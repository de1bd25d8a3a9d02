"""Decides whether the hub hangs, from the silence of all stages.

Pure: `session.supervise.supervisor` acts on the decisions.
"""

from __future__ import annotations

_ALL_SILENT_S = 2.0
"""Several stages send a heartbeat every second: when none arrives for this long, the hub hangs, not they."""
_SILENCE_LIMIT_S = 3.5
_PAUSED_S = 1.0
"""A step that took longer means that the supervisor itself was suspended or had no core."""


class HubHealth:
    """Health of the hub, which delivers the heartbeats of all stages.

    Args:
        now_s: The present time on the monotonic clock.
    """

    def __init__(self, now_s: float) -> None:
        self._stepped_s = self._last_event_s = now_s
        self.all_silent = False
        """Whether the silence of a stage may be the hub's."""
        self.hangs = False

    def received(self, now_s: float) -> None:
        """Note an event from the hub."""
        self._last_event_s = now_s

    def step(self, now_s: float, *, senders: int) -> float:
        """Decide again; call it in every step of the supervisor.

        Args:
            now_s: The present time.
            senders: How many stages are expected to send heartbeats.

        Returns:
            The seconds in which the supervisor itself was not running, which count for no limit; mostly 0.
        """
        elapsed_s, self._stepped_s = now_s - self._stepped_s, now_s
        paused_s = elapsed_s if elapsed_s > _PAUSED_S else 0.0
        self._last_event_s += paused_s
        silent_s = now_s - self._last_event_s
        self.all_silent = senders > 1 and silent_s > _ALL_SILENT_S
        self.hangs = senders > 1 and silent_s > _SILENCE_LIMIT_S
        return paused_s
