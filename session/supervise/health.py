"""Judgement about one stage: is it alive, may it be started again.

Pure: is told what happened and when, and decides. `session.supervise.supervisor` acts.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from bus.stages import StagePlan

RESTARTS_AT_MOST = 5
RESTARTS_WITHIN_S = 60.0

LASTING_CODES = frozenset({2, 3, 4, 5, 6})
"""Exit codes of failures that another start would only meet again (see `bus.failures`)."""


class Verdict(Enum):
    """What to do about a stage."""

    LEAVE = "leave it alone"
    KILL = "kill it: it fell silent"
    RESTART = "start it again"
    GIVE_UP = "give it up"
    END = "end the session: the user closed it"


class Health:
    """What is known of one stage.

    Args:
        plan: How the stage is to be treated.
    """

    def __init__(self, plan: StagePlan) -> None:
        self.plan = plan
        self.ready = False
        self.given_up = False
        self.restarts = 0
        self.cause = ""
        """Why it died or is being killed, in words."""
        self._started_s = 0.0
        self._beat_s = 0.0
        self._deaths_s: deque[float] = deque(maxlen=RESTARTS_AT_MOST + 1)

    @property
    def beats(self) -> bool:
        """Whether it is to be heard from all the time."""
        return self.ready and not self.given_up and self.plan.silence_limit_s is not None

    def started(self, now_s: float) -> None:
        """Note that the process was spawned."""
        self._started_s, self.ready, self.cause = now_s, False, ""

    def was_ready(self, now_s: float) -> None:
        """Note that the stage announced itself."""
        self.ready, self._beat_s = True, now_s

    def heartbeat(self, now_s: float) -> None:
        """Note that its work loop turned."""
        self._beat_s = now_s

    def pardon(self, away_s: float) -> None:
        """Hold nothing against the stage that fell into a time in which nobody watched."""
        self._started_s += away_s
        self._beat_s += away_s

    def while_running(self, now_s: float) -> Verdict:
        """Judge a process that exists."""
        plan = self.plan
        if not self.ready and now_s - self._started_s > plan.start_limit_s:
            self.cause = f"not ready within {plan.start_limit_s:.0f} s"
            return Verdict.KILL
        if self.ready and plan.silence_limit_s and now_s - self._beat_s > plan.silence_limit_s:
            self.cause = f"silent for {plan.silence_limit_s:.0f} s"
            return Verdict.KILL
        return Verdict.LEAVE

    def after_exit(self, code: int, now_s: float) -> Verdict:
        """Judge a process that ended without being asked to."""
        if code == 0 and self.plan.ends_session:
            return Verdict.END
        self.cause = self.cause or _in_words(code)
        self._deaths_s.append(now_s)
        recent = sum(now_s - death_s <= RESTARTS_WITHIN_S for death_s in self._deaths_s)
        if code in LASTING_CODES or recent > RESTARTS_AT_MOST:
            self.given_up = True
            return Verdict.GIVE_UP
        self.restarts += 1
        return Verdict.RESTART


def _in_words(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"ended with code {code}"
