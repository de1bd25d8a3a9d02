"""Decides about one stage: is it alive, may it be restarted.

Pure: `session.supervise.supervisor` acts on the decisions.
"""

from __future__ import annotations

import math
from collections import deque
from enum import Enum

from bus.stages.plan import StagePlan

RESTARTS_AT_MOST = 5
RESTARTS_WITHIN_S = 60.0

RETRY_AFTER_S = 60.0
"""A stage that has worked is tried again so long after it was given up."""

LASTING_CODES = frozenset({2, 3, 4, 5, 6})
"""Exit codes of failures that an immediate restart cannot fix (see `bus.failures`)."""

_PERMANENT_CODES = frozenset({2, 3, 5})
"""Those that no later start can fix: settings and weights are read once. A device may come back."""


class Verdict(Enum):
    """A decision about a stage."""

    LEAVE = "leave it alone"
    KILL = "kill it: no heartbeat"
    RESTART = "restart it"
    GIVE_UP = "do not restart it any more"
    END = "end the session"


class Health:
    """Health of one stage.

    Args:
        plan: The stage and its limits.
    """

    def __init__(self, plan: StagePlan) -> None:
        self.plan = plan
        self.ready = False
        self.given_up = False
        self.restarts = 0
        self.cause = ""
        """Why it died or is being killed."""
        self._started_s = 0.0
        self._beat_s = 0.0
        self._deaths_s: deque[float] = deque(maxlen=RESTARTS_AT_MOST + 1)
        self._has_worked = False
        self._retry_at_s = math.inf
        self._is_retried = False
        """Whether it was given up before, and has not run for long since."""

    @property
    def sends_heartbeats(self) -> bool:
        """Whether its heartbeats are expected now."""
        return self.ready and not self.given_up and self.plan.silence_limit_s is not None

    @property
    def will_be_retried(self) -> bool:
        """Whether it is started again though it was given up."""
        return self.given_up and math.isfinite(self._retry_at_s)

    def started(self, now_s: float) -> None:
        """Note that the process was spawned."""
        self._started_s, self.ready, self.cause = now_s, False, ""

    def was_ready(self, now_s: float) -> None:
        """Note that the stage is ready."""
        self.ready, self._has_worked, self._beat_s = True, True, now_s

    def heartbeat(self, now_s: float) -> None:
        """Note a heartbeat of its work loop."""
        self._beat_s = now_s

    def exclude_pause(self, paused_s: float) -> None:
        """Exclude a time from the limits in which the supervisor itself was not running."""
        self._started_s += paused_s
        self._beat_s += paused_s

    def while_running(self, now_s: float) -> Verdict:
        """Decide about a running process."""
        plan = self.plan
        if not self.ready and now_s - self._started_s > plan.start_limit_s:
            self.cause = f"not ready within {plan.start_limit_s:.0f} s"
            return Verdict.KILL
        if self.ready and plan.silence_limit_s and now_s - self._beat_s > plan.silence_limit_s:
            self.cause = f"no heartbeat for {plan.silence_limit_s:.0f} s"
            return Verdict.KILL
        return Verdict.LEAVE

    def after_exit(self, code: int, now_s: float) -> Verdict:
        """Decide about a process that ended without being asked to."""
        if code == 0 and self.plan.ends_session:
            return Verdict.END
        self.cause = self.cause or _in_words(code)
        self._deaths_s.append(now_s)
        recent = sum(now_s - death_s <= RESTARTS_WITHIN_S for death_s in self._deaths_s)
        self._is_retried &= now_s - self._started_s <= RESTARTS_WITHIN_S
        if code in LASTING_CODES or recent > RESTARTS_AT_MOST or self._is_retried:
            self.given_up = True
            is_retried = self._has_worked and code not in _PERMANENT_CODES
            self._retry_at_s = now_s + RETRY_AFTER_S if is_retried else math.inf
            return Verdict.GIVE_UP
        self.restarts += 1
        return Verdict.RESTART

    def while_given_up(self, now_s: float) -> Verdict:
        """Decide about a stage that was given up: it gets one more start each minute, if it ever worked."""
        if now_s < self._retry_at_s:
            return Verdict.LEAVE
        self.given_up, self._is_retried = False, True
        self.restarts += 1
        return Verdict.RESTART


def _in_words(code: int) -> str:
    if code == 0:
        return "ended by itself"
    return f"ended by signal {-code}" if code < 0 else f"ended with code {code}"
