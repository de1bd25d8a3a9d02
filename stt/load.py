"""Load of the machine, and what transcription leaves out because of it.

    level 0  all
    level 1  partials half as often
    level 2  and no revisions
    level 3  no partials, and no beam: a fifth faster, and less accurate

Finals keep their place at every level. Pure: times are passed in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bus.messages import ProblemReported


@dataclass(frozen=True)
class Level:
    """What transcription does at one level of load."""

    share_below: float
    """Share of a core under which it begins."""
    partial_spacing: float = 1.0
    """Factor on the audio between two partials; infinite for none."""
    revises: bool = True
    beam: int = 0
    """Largest beam; 0 for the one that is set."""
    report: str = ""


LEVELS = (
    Level(math.inf),
    Level(0.7, 2.0, report="partial transcripts come half as often"),
    Level(
        0.55, 2.0, revises=False, report="partial transcripts come half as often, and none is corrected later"
    ),
    Level(0.4, math.inf, revises=False, beam=1, report="only the words at pauses are shown, less accurately"),
)
_SMOOTHED_S = 10.0
"""Time of passes over which the share is averaged."""
_ENOUGH = 0.95
"""Share from which on a level may be left: on an idle machine passes get all of a core …"""
_ENOUGH_FOR_S = 15.0
"""… for so much time of passes, because leaving out work raises the share by itself."""


class Load:
    """Tracks what passes get of the machine."""

    def __init__(self) -> None:
        self._share = 1.0
        self._level = self._reported = 0
        self._enough_s = 0.0
        self._last = (0.0, 0.0, 0)

    @property
    def level(self) -> Level:
        """What transcription does now."""
        return LEVELS[self._level]

    def update(self, now_s: float, cpu_s: float, passes: int) -> None:
        """Add the time since the last call.

        Args:
            now_s: A monotonic clock.
            cpu_s: CPU time of the process so far.
            passes: Passes that are running now, at most the workers.
        """
        (last_s, last_cpu_s, last_passes), self._last = self._last, (now_s, cpu_s, passes)
        pass_s = (now_s - last_s) * min(passes, last_passes)
        if pass_s <= 0:
            return
        share = min(1.0, (cpu_s - last_cpu_s) / pass_s)
        weight = 1 - math.exp(-pass_s / _SMOOTHED_S)
        self._share += weight * (share - self._share)
        self._enough_s = self._enough_s + pass_s if self._share >= _ENOUGH else 0.0
        deepest = max(level for level, each in enumerate(LEVELS) if self._share < each.share_below)
        if deepest > self._level:
            self._level, self._enough_s = deepest, 0.0
        elif self._level and self._enough_s >= _ENOUGH_FOR_S:
            self._level, self._enough_s = self._level - 1, 0.0

    def report(self) -> ProblemReported | None:
        """Return what the user must know about a change of the level, if anything."""
        if self._level == self._reported:
            return None
        deeper, self._reported = self._level > self._reported, self._level
        if deeper:
            return ProblemReported(
                stage="stt",
                topic="load",
                problem=f"the processor is busy: {self.level.report}",
                kept="every utterance is transcribed",
                fix="close other programs, or use a smaller model",
            )
        if self._level:
            return None
        return ProblemReported(
            stage="stt",
            topic="load",
            is_over=True,
            problem="the processor is free again",
            kept="transcripts are complete and as set",
        )
